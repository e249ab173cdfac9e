// What the subscription of a team will cost until a day.
import type { Db } from '../../../database/database.ts';
import { addMonths, type UpcomingCharge } from '../billing/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { nextPlan, periodLine } from './pay.ts';
import { subscriptionOf } from './store.ts';
import { monthsOf } from './subscription.ts';

/** Every period that begins until then, at the prices of today, soonest first. */
export const upcomingSubscriptionRenewals = async (
  db: Db,
  teamUid: string,
  until: Date,
): Promise<UpcomingCharge[]> => {
  const subscription = await subscriptionOf(db, teamUid);
  if (subscription.status === 'cancelled' || subscription.cancelAtPeriodEnd) return [];
  const { plan, cycle } = nextPlan(subscription, await currentPrices(db));
  const charges: UpcomingCharge[] = [];
  let months = subscription.anchorMonths;
  for (let start = subscription.periodEnd; start <= until; start = addMonths(subscription.anchor, months)) {
    months += monthsOf(cycle);
    const { description, amountMicros } = periodLine(
      plan,
      cycle,
      start,
      addMonths(subscription.anchor, months),
    );
    const retried = charges.length === 0 && subscription.status === 'past_due' ? subscription.dueAt : null;
    charges.push({
      subject: { type: 'subscription', uid: teamUid },
      workspaceUid: null,
      at: retried ?? start,
      description,
      amountMicros,
      paidWith: 'wallet',
    });
  }
  return charges;
};
