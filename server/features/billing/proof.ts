// The proof of a team's books: everything that must add up, added up again.
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../../database/database.ts';
import {
  balances,
  balancesFromFirstEntry,
  chargedMicros,
  transactionCount,
  unbalancedTransactions,
} from './store.ts';

/**
 * Adds up every entry from the first one on, without the closing sums, and compares. `tx` sees one state throughout:
 * a purchase that commits between two of the sums must not look like a hole in the books.
 */
export const proveBooks = async (tx: Tx, teamUid: string) => {
  const accounts = await balancesFromFirstEntry(tx, teamUid);
  const kept = await balances(tx, teamUid);
  const charges = {
    reserved: await chargedMicros(tx, teamUid, 'reserved'),
    captured: await chargedMicros(tx, teamUid, 'captured'),
  };
  const unbalanced = await unbalancedTransactions(tx, teamUid);
  const balanced =
    unbalanced.length === 0 &&
    isDeepStrictEqual(kept, accounts) &&
    Object.values(accounts).reduce((sum, balance) => sum + balance) === 0 &&
    accounts.debt <= 0 &&
    accounts.reserved === charges.reserved &&
    accounts.revenue + accounts.tax === charges.captured;
  return { balanced, accounts, charges, unbalanced, transactions: await transactionCount(tx, teamUid) };
};
