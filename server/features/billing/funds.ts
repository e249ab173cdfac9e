// What a team has: its wallet in credits, and its plan.
import type { Db, Tx } from '../../../database/database.ts';
import { microsToCredits } from './money.ts';
import { addMonths } from './months.ts';
import { FIRST_PLAN, planByName } from './price-book.ts';
import { seatsUsed } from './seats.ts';
import { accountsInsert, balances, subscriptionInsert, subscriptionOf } from './store.ts';

/** Opens the books of a new team on the first plan. */
export const openBooks = async (tx: Tx, teamUid: string, now: Date): Promise<void> => {
  await accountsInsert(tx, teamUid);
  await subscriptionInsert(tx, { teamUid, plan: FIRST_PLAN, start: now, end: addMonths(now, 1) });
};

export type Wallet = {
  totalCredits: number;
  creditsUsed: number;
  creditsRemaining: number;
  creditsReserved: number;
  /** Of payments that were taken back after their credits were spent; the next credits pay it. */
  creditsOwed: number;
};

export const walletOf = async (db: Db, teamUid: string): Promise<Wallet> => {
  const { wallet, reserved, revenue, funding, debt } = await balances(db, teamUid);
  return {
    totalCredits: microsToCredits(-funding),
    creditsUsed: microsToCredits(revenue + reserved),
    creditsRemaining: microsToCredits(wallet),
    creditsReserved: microsToCredits(reserved),
    creditsOwed: microsToCredits(debt === 0 ? 0 : -debt),
  };
};

export const fundsOf = async (db: Db, teamUid: string) => {
  const subscription = await subscriptionOf(db, teamUid);
  const plan = planByName(subscription.plan);
  const { totalCredits, creditsRemaining } = await walletOf(db, teamUid);
  const perSeat = microsToCredits(plan.extraSeatMicros);
  return {
    totalCredits,
    creditsRemaining,
    costPerGoogleMailbox: perSeat,
    costPerMicrosoftMailbox: perSeat,
    plan: { name: plan.name, cycle: subscription.cycle },
    includedSeats: plan.includedSeats,
    usedSeats: await seatsUsed(db, teamUid),
  };
};
