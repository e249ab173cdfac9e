// Closing mailboxes that go on to exist: paused by their owner, or suspended.
import type { Tx } from '../../../database/database.ts';
import type { WorkflowStarter } from '../../../workflow/starter.ts';
import { mailboxBusy, mailboxHasEnded } from './errors.ts';
import { isBeingMade, isGone, type Mailbox, type SuspendedFor } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { startSettling } from './settle.workflow.ts';

/**
 * Closes a mailbox that is locked. Closing it again changes nothing.
 *
 * @throws ApiError before anything is written, for one that is being made or has ended
 */
export const closeMailbox = async (
  tx: Tx,
  deps: { workflows: WorkflowStarter },
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
