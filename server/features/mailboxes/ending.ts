// Ending a mailbox: with its term or now, and who is the domain's first mailbox after it. Closing one that goes on to
// exist: paused by its owner, or suspended.
import type { Tx } from '../../../database/database.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { stopWaiting } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxBusy, mailboxHasEnded } from './errors.ts';
import { cancellationScheduled } from './events.ts';
import { isBeingMade, isGone, type Mailbox, type SuspendedFor } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { startSettling } from './settle.workflow.ts';
import { liveMailboxesOf, mailboxUpdate } from './store.ts';
import { freeSeatsOf } from './terms.ts';

type Deps = { workflows: WorkflowStarter };

/** The kind under which an unpaid mailbox stands in its team's line of those that wait for credits. */
export const WAITS_AS = 'mailbox_term';

/** Ends the mailbox with the time that is paid; answers when that is. It is locked and has such time. */
export const endWithTerm = async (tx: Tx, mailbox: Mailbox, now: Date): Promise<Date> => {
  if (mailbox.status === 'active') {
    await moveMailbox(tx, mailbox.uid, 'scheduled_for_cancellation', now, { cancellationStatus: 'pending' });
  } else {
    await mailboxUpdate(tx, mailbox.uid, { cancellationStatus: 'pending', dueAt: now }, now);
  }
  await recordEvents(tx, [cancellationScheduled(mailbox, mailbox.renewalDate, now)]);
  return mailbox.renewalDate!;
};

/** Takes that back: the mailbox goes on, and is renewed again. */
export const goOn = async (tx: Tx, mailbox: Mailbox, now: Date): Promise<void> => {
  const change = { cancellationStatus: 'na', dueAt: now } as const;
  if (mailbox.status === 'scheduled_for_cancellation') {
    await moveMailbox(tx, mailbox.uid, 'active', now, change);
  } else {
    await mailboxUpdate(tx, mailbox.uid, change, now);
  }
  await recordEvents(tx, [cancellationScheduled(mailbox, null, now)]);
};

/** Ends the mailbox: its host closes it, its seat is free, and its mail is kept until it is archived and erased. */
export const endNow = async (
  tx: Tx,
  deps: Deps,
  mailbox: Mailbox,
  statusReason: string | null,
  now: Date,
): Promise<void> => {
  await moveMailbox(tx, mailbox.uid, 'cancelled', now, {
    statusReason,
    cancellationStatus: 'completed',
    suspendedFor: null,
    unpaidSince: null,
    nextTryAt: null,
    seatUntil: null,
  });
  await freeSeatsOf(tx, mailbox.uid, now);
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: mailbox.uid });
  await handOnAdmin(tx, mailbox, now);
  await startSettling(tx, deps, mailbox, now);
};

/** The oldest mailbox that remains on the domain becomes its first one. */
export const handOnAdmin = async (tx: Tx, gone: Mailbox, now: Date): Promise<void> => {
  if (!gone.isAdmin) return;
  const [next] = await liveMailboxesOf(tx, gone.domainUid);
  if (!next) return;
  await mailboxUpdate(tx, gone.uid, { isAdmin: false }, now);
  await mailboxUpdate(tx, next.uid, { isAdmin: true }, now);
};

/**
 * Closes a mailbox that is locked. Closing it again changes nothing.
 *
 * @throws ApiError before anything is written, for one that is being made or has ended
 */
export const closeMailbox = async (
  tx: Tx,
  deps: Deps,
  mailbox: Mailbox,
  close: { status: 'inactive' | 'suspended'; reason: string | null; suspendedFor: SuspendedFor },
  now: Date,
): Promise<void> => {
  const { uid, address, status } = mailbox;
  if (isBeingMade(status)) throw mailboxBusy(`${address} is still being made`);
  if (mailbox.reactivationStatus === 'pending') throw mailboxBusy(`${address} is being reactivated`);
  if (isGone(status)) throw mailboxHasEnded(`${address} is ${status}`);
  if (status === close.status) return;
  // Whoever paused a suspended mailbox would open it for the mail that it must not get.
  if (status === 'suspended')
    throw mailboxBusy(`${address} is suspended, which stops more than a pause does`);
  await moveMailbox(tx, uid, close.status, now, {
    statusReason: close.reason,
    suspendedFor: close.status === 'suspended' ? close.suspendedFor : null,
  });
  await startSettling(tx, deps, mailbox, now);
};
