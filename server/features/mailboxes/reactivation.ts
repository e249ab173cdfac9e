// Bringing mailboxes back: which can come back, whether that costs a month, and those that come back by themselves when
// the credits they waited for arrive.
import type { Tx } from '../../../database/database.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { type ChargeLine, type Continuation, stopWaiting } from '../billing/index.ts';
import { domainByUid } from '../domains/index.ts';
import { recordEvents } from '../events/index.ts';
import { assertMailboxRoom } from './counts.ts';
import { WAITS_AS } from './ending.ts';
import {
  domainNotActive,
  mailboxBusy,
  mailboxHasEnded,
  mailboxNotClosed,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from './errors.ts';
import { renewed } from './events.ts';
import { isGone, type Mailbox } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { reactivate } from './reactivate.workflow.ts';
import { mailboxesOnDomains, mailboxLock, mailboxUpdate } from './store.ts';
import { monthPrice, newTerm, nextTerm, paidThrough, payTerm, reserveTerm } from './terms.ts';

const closed = ['inactive', 'suspended', 'cancelled', 'archived'];

/** Whether coming back begins a new month, because what was paid is over. */
export const paysAgain = ({ renewalDate, unpaidSince }: Mailbox, now: Date): boolean =>
  unpaidSince !== null || renewalDate === null || renewalDate <= now;

/** @throws ApiError for the first reason for which the mailbox cannot come back now; the caller has it locked */
export const assertMayComeBack = async (tx: Tx, mailbox: Mailbox, maxPerDomain: number): Promise<void> => {
  const { address, status, domainName } = mailbox;
  if (status === 'failed' || status === 'deleted') throw mailboxHasEnded(`${address} is ${status}`);
  if (!closed.includes(status))
    throw mailboxNotClosed(`${address} is ${status}, so there is nothing to reactivate`);
  if (mailbox.reactivationStatus === 'pending') throw mailboxBusy(`${address} is being reactivated`);
  if (mailbox.erasingSince) throw mailboxBusy(`${address} is being deleted with its mail`);
  const domain = await domainByUid(tx, mailbox.domainUid);
  if (domain?.status !== 'active') {
    throw domainNotActive(
      `${domainName} is ${domain?.status ?? 'gone'}, so no mailbox on it can be reactivated`,
    );
  }
  if (!isGone(status)) return;
  await assertMailboxRoom(tx, mailbox.workspaceUid, 1);
  const held = (await mailboxesOnDomains(tx, [mailbox.domainUid])).get(mailbox.domainUid);
  if (!held) return;
  if (held.platform !== mailbox.platform) {
    throw mixedPlatforms(
      `${domainName} has ${held.platform} mailboxes by now, and ${address} is a ${mailbox.platform} one`,
    );
  }
  if (held.count >= maxPerDomain) {
    throw tooManyMailboxesOnDomain(
      `${domainName} can hold maximum ${maxPerDomain} mailboxes and currently has ${held.count} mailbox(es)`,
    );
  }
};

/**
 * Sets the price aside when there is one, asks for the workflow, and answers the lines. The caller holds `lockFunds` and the mailbox.
 *
 * @throws ApiError `insufficient_funds`
 */
export const beginReactivation = async (
  tx: Tx,
  { workflows }: { workflows: WorkflowStarter },
  mailbox: Mailbox,
  now: Date,
  /** The key that asks; null for what comes back by itself. */
  keyUid: string | null = null,
): Promise<ChargeLine[]> => {
  const term = paysAgain(mailbox, now) ? newTerm(mailbox, now) : null;
  const price = term && (await monthPrice(tx, mailbox, now));
  const lines = term && price ? await reserveTerm(tx, mailbox, term, price, now, keyUid) : [];
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: mailbox.uid });
  const run = mailbox.runs + 1;
  await mailboxUpdate(tx, mailbox.uid, { runs: run, reactivationStatus: 'pending', dueAt: null }, now);
  await workflows.start(tx, reactivate, `mailboxes.reactivate:${mailbox.uid}:${run}`, {
    mailboxUid: mailbox.uid,
    termUid: term?.uid ?? null,
  });
  return lines;
};

/** Pays the month that is due of a mailbox that still works. The caller holds `lockFunds` and the mailbox. */
export const renewMonth = async (tx: Tx, mailbox: Mailbox, now: Date): Promise<void> => {
  const term = nextTerm(mailbox, 1);
  await payTerm(tx, mailbox, term, await monthPrice(tx, mailbox, now), now);
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: mailbox.uid });
  const change = paidThrough(mailbox, term, now);
  if (mailbox.status === 'renewal_failed') await moveMailbox(tx, mailbox.uid, 'active', now, change);
  else await mailboxUpdate(tx, mailbox.uid, change, now);
  await recordEvents(tx, [renewed(mailbox, term, now)]);
};

/** How an unpaid mailbox goes on when the credits it waited for are there. */
export const mailboxTermPaid: Continuation =
  async ({ workflows }, { subjectUid }) =>
  async (tx, now) => {
    const mailbox = await mailboxLock(tx, subjectUid);
    // Ended or paid since: it has left the line, and nothing is owed.
    if (!mailbox?.unpaidSince) return;
    if (mailbox.status !== 'suspended') return renewMonth(tx, mailbox, now);
    if (mailbox.suspendedFor !== 'payment' || mailbox.reactivationStatus === 'pending') return;
    // It leaves the line as well: its domain, when it is back, brings it back.
    if ((await domainByUid(tx, mailbox.domainUid))?.status !== 'active') return;
    await beginReactivation(tx, { workflows }, mailbox, now);
  };
