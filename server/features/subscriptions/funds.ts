// What a team has: its wallet in credits, and its plan.
import type { Db, Tx } from '../../../database/database.ts';
import { addMonths, openAccounts, seatsUsed, walletOf } from '../billing/index.ts';
import { currentPrices, microsToCredits, planOf } from '../price-book/index.ts';
import { seatsOf } from './seats.ts';
import { subscriptionInsert, subscriptionOf } from './store.ts';
import { firstLook } from './subscription.ts';

/** Opens the books of a new team, on the plan that new teams begin with. Its first month costs nothing. */
export const openBooks = async (tx: Tx, teamUid: string, now: Date): Promise<void> => {
  await openAccounts(tx, teamUid);
  const { firstPlan, version } = await currentPrices(tx);
  const periodEnd = addMonths(now, 1);
  await subscriptionInsert(tx, {
    teamUid,
    plan: firstPlan,
    cycle: 'monthly',
    status: 'active',
    periodStart: now,
    periodEnd,
    anchor: now,
    anchorMonths: 1,
    periodMicros: 0,
    priceVersion: version,
    next: null,
    cancelAtPeriodEnd: false,
    dueAt: firstLook(periodEnd),
    reminded: false,
    attempts: 0,
    endedAt: null,
  });
};

export const fundsOf = async (db: Db, teamUid: string) => {
  const subscription = await subscriptionOf(db, teamUid);
  const { cycle } = subscription;
  const book = await currentPrices(db);
  const plan = planOf(book, subscription.plan);
  const { totalCredits, creditsRemaining } = await walletOf(db, teamUid);
  const perMailbox = (platform: 'GOOGLE' | 'MICROSOFT') =>
    microsToCredits(book.mailboxMicros[platform] ?? plan.extraSeatMicros[cycle]);
  return {
    totalCredits,
    creditsRemaining,
    costPerGoogleMailbox: perMailbox('GOOGLE'),
    costPerMicrosoftMailbox: perMailbox('MICROSOFT'),
    plan: { name: plan.name, cycle },
    includedSeats: seatsOf(subscription, plan),
    usedSeats: await seatsUsed(db, teamUid),
  };
};
