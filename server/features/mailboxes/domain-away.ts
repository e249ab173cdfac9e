// What the mailboxes of a domain do while it is away: they are suspended with it, and come back with it.
import type { Tx } from '../../../database/database.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { waitForFunds } from '../billing/index.ts';
import { closeMailbox, WAITS_AS } from './ending.ts';
import type { Mailbox } from './mailbox.ts';
import { beginReactivation, paysAgain } from './reactivation.ts';
import { liveMailboxesOf, mailboxesLock, mailboxUpdate } from './store.ts';
import { monthPrice } from './terms.ts';

type Deps = { workflows: WorkflowStarter };

const lockAll = async (tx: Tx, domainUid: string): Promise<Mailbox[]> => {
  const mailboxes = await liveMailboxesOf(tx, domainUid);
  const [first] = mailboxes;
  return first
    ? mailboxesLock(
        tx,
        first.workspaceUid,
        mailboxes.map(({ uid }) => uid),
      )
    : [];
};

/** Suspends those that work. One that its owner has paused, or that is suspended already, stays what it is. */
export const suspendMailboxesOf = async (tx: Tx, deps: Deps, domainUid: string, now: Date): Promise<void> => {
  const works = ['active', 'scheduled_for_cancellation', 'renewal_failed'];
  for (const mailbox of await lockAll(tx, domainUid)) {
    if (!works.includes(mailbox.status)) continue;
    const reason = `${mailbox.domainName} has run out; it comes back with its domain`;
    await closeMailbox(tx, deps, mailbox, { status: 'suspended', reason, suspendedFor: 'domain' }, now);
  }
};

/**
 * Brings those back that were suspended with the domain. One whose own time is over meanwhile waits for its price in
 * the team's line, and so does one that was not paid before. The caller holds `lockFunds`.
 */
export const bringMailboxesBack = async (tx: Tx, deps: Deps, domainUid: string, now: Date): Promise<void> => {
  for (const mailbox of await lockAll(tx, domainUid)) {
    const { status, suspendedFor, reactivationStatus } = mailbox;
    if (status !== 'suspended' || suspendedFor === 'request' || reactivationStatus === 'pending') continue;
    if (suspendedFor === 'domain' && !paysAgain(mailbox, now)) {
      await beginReactivation(tx, deps, mailbox, now);
      continue;
    }
    const unpaidSince = mailbox.unpaidSince ?? now;
    await mailboxUpdate(
      tx,
      mailbox.uid,
      { suspendedFor: 'payment', unpaidSince, renewalStatus: 'failed' },
      now,
    );
    const { grossMicros: amountMicros } = await monthPrice(tx, mailbox, now);
    if (amountMicros === 0) {
      await beginReactivation(tx, deps, { ...mailbox, unpaidSince }, now);
      continue;
    }
    const { teamUid, workspaceUid, uid: subjectUid } = mailbox;
    await waitForFunds(
      tx,
      { teamUid, workspaceUid, kind: WAITS_AS, subjectUid, amountMicros, urgent: true },
      now,
    );
  }
};
