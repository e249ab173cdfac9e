/** Lets held mail go when it can, gives up on it when it cannot, and keeps the queue from growing for ever. */
import { type Db, inTransaction } from '../../../database/database.ts';
import { deleteSettled, expireHeld, releaseHeld } from './aged.ts';
import { deleteSendWindows } from './allowance.ts';
import type { EnqueueReport } from './report.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Held mail that nothing has released after this long goes back to its sender. */
export const HELD_FOR_MS = 7 * DAY_MS;
/** How long the history of settled mail can be looked at. */
export const KEPT_FOR_MS = 30 * DAY_MS;

/** One round. Safe to run in any number of processes at once. */
export async function keepHouse(
  db: Db,
  options: { outboundEnabled: boolean; enqueueReport: EnqueueReport },
  now: Date,
): Promise<void> {
  await releaseHeld(db, now, options.outboundEnabled);
  while (await returnOneHeld(db, options.enqueueReport, now));
  await deleteSettled(db, new Date(now.getTime() - KEPT_FOR_MS));
  await deleteSendWindows(db, new Date(now.getTime() - 2 * DAY_MS));
}

const returnOneHeld = (db: Db, enqueueReport: EnqueueReport, now: Date): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const expired = await expireHeld(tx, new Date(now.getTime() - HELD_FOR_MS), now);
    if (!expired) return false;
    // RFC 3463 §3.5, X.4.7: delivery time expired.
    const { address, reason, dsn } = expired;
    const status = { address, status: '5.4.7', reason: reason ?? '', dsn };
    await enqueueReport(tx, { ...expired, recipients: [status] }, now);
    return true;
  });
