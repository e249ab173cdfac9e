// What a team has: its wallet in credits, and its plan.
import type { Db, Tx } from '../../../database/database.ts';
import { addMonths, openAccounts, seatsUsed, walletOf } from '../billing/index.ts';
import { currentPrices, microsToCredits, planOf } from '../price-book/index.ts';
import { subscriptionInsert, subscriptionOf } from './store.ts';

/** Opens the books of a new team, on the plan that new teams begin with. */
export const openBooks = async (tx: Tx, teamUid: string, now: Date): Promise<void> => {
  await openAccounts(tx, teamUid);
  const { firstPlan } = await currentPrices(tx);
  await subscriptionInsert(tx, { teamUid, plan: firstPlan, start: now, end: addMonths(now, 1) });
};

export const fundsOf = async (db: Db, teamUid: string) => {
  const { plan: planName, cycle } = await subscriptionOf(db, teamUid);
  const book = await currentPrices(db);
  const plan = planOf(book, planName);
  const { totalCredits, creditsRemaining } = await walletOf(db, teamUid);
  const perMailbox = (platform: 'GOOGLE' | 'MICROSOFT') =>
    microsToCredits(book.mailboxMicros[platform] ?? plan.extraSeatMicros[cycle]);
  return {
    totalCredits,
    creditsRemaining,
    costPerGoogleMailbox: perMailbox('GOOGLE'),
    costPerMicrosoftMailbox: perMailbox('MICROSOFT'),
    plan: { name: plan.name, cycle },
    includedSeats: plan.includedSeats,
    usedSeats: await seatsUsed(db, teamUid),
  };
};
