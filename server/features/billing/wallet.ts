// What a team has in its wallet.
import type { Db } from '../../../database/database.ts';
import { microsToCredits } from '../price-book/index.ts';
import { balances } from './store.ts';

export type Wallet = {
  totalCredits: number;
  creditsUsed: number;
  creditsRemaining: number;
  creditsReserved: number;
  /** Of payments that were taken back after their credits were spent; the next credits pay it. */
  creditsOwed: number;
};

export const walletOf = async (db: Db, teamUid: string): Promise<Wallet> => {
  const { wallet, reserved, revenue, tax, funding, debt } = await balances(db, teamUid);
  return {
    totalCredits: microsToCredits(-funding),
    creditsUsed: microsToCredits(revenue + tax + reserved),
    creditsRemaining: microsToCredits(wallet),
    creditsReserved: microsToCredits(reserved),
    creditsOwed: microsToCredits(debt === 0 ? 0 : -debt),
  };
};
