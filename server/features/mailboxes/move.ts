// Moving a mailbox from status to status: the row and its event change in one transaction.
import type { Tx } from '../../../database/database.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxMoved } from './events.ts';
import { type MailboxStatus, mayMove } from './mailbox.ts';
import { type MailboxChange, mailboxLock, mailboxUpdate } from './store.ts';

/**
 * Moves the mailbox and records `mailbox.status_changed`. Moving it to where it is changes nothing, so a repeated
 * workflow step leaves one event.
 *
 * @throws Error for a move the state table does not allow: a programming error, never a customer's.
 */
export const moveMailbox = async (
  tx: Tx,
  uid: string,
  status: MailboxStatus,
  now: Date,
  change: Omit<MailboxChange, 'status' | 'statusSince'> = {},
): Promise<void> => {
  const before = await mailboxLock(tx, uid);
  if (!before) throw new Error(`mailbox ${uid} does not exist`);
  if (before.status === status) return;
  if (!mayMove(before.status, status)) {
    throw new Error(`mailbox ${uid} cannot move from ${before.status} to ${status}`);
  }
  // What is due next follows from the status, and somebody has to look.
  const dueAt = before.termAnchor || change.termAnchor ? now : null;
  await mailboxUpdate(tx, uid, { statusReason: null, dueAt, ...change, status, statusSince: now }, now);
  await recordEvents(tx, [mailboxMoved(before, status, change.statusReason ?? null, now)]);
};
