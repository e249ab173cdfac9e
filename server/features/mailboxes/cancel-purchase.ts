// Taking back the purchase of a mailbox that was not charged yet.
import type { Tx } from '../../../database/database.ts';
import { giveBackCharges } from '../billing/index.ts';
import { moveMailbox } from './move.ts';
import { mailboxLock } from './store.ts';

/**
 * What became of it: `too_late` once it was charged, `over` when it had ended before. The run of `mailboxes.buy` finds
 * it ended before it charges, and ends.
 */
export const cancelPurchase = async (
  tx: Tx,
  uid: string,
  now: Date,
): Promise<'cancelled' | 'too_late' | 'over'> => {
  const mailbox = await mailboxLock(tx, uid);
  if (!mailbox || mailbox.status === 'failed') return 'over';
  if (mailbox.status !== 'scheduled' && mailbox.status !== 'waiting_for_dns_propagation') return 'too_late';
  await giveBackCharges(tx, { type: 'mailbox', uid }, 'it was cancelled', now);
  await moveMailbox(tx, uid, 'failed', now, { statusReason: 'it was cancelled before it was bought' });
  return 'cancelled';
};
