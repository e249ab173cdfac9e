// Closing sums of long accounts, so that a balance costs the same to read after ten years as on the first day.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { accountHold, accountsToClose, checkpointInsert } from './store.ts';

/** So many entries are still added up in a millisecond, and a closing sum of so many is worth its row. */
const ENTRIES = 1_000;

/**
 * Gives every account that grew by so many entries a closing sum. An account that money moves on at this moment is
 * left for the next time: waiting for it would hold up those who come after.
 */
export const closeAccounts = async (db: Db, clock: Clock, entries = ENTRIES): Promise<void> => {
  for (const uid of await accountsToClose(db, entries)) {
    // Two statements: only the second sees everything that was booked before the account was held.
    await inTransaction(db, async (tx) => {
      if (await accountHold(tx, uid)) await checkpointInsert(tx, uid, entries, clock.now());
    });
  }
};
