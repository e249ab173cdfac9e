// What a change of plan in the middle of a period costs, line by line.
import { addMonths } from '../billing/index.ts';
import type { BillingCycle, Plan } from '../price-book/index.ts';
import { dayOf, periodLine } from './pay.ts';
import type { TermLine } from './store.ts';
import { monthsOf, type Subscription } from './subscription.ts';

export type Change = {
  startsAt: Date;
  endsAt: Date;
  anchor: Date;
  anchorMonths: number;
  lines: TermLine[];
};

/**
 * The lines of changing at once. Within a cycle the period stays, and only its rest is paid: the new plan's share of
 * it, less what the old plan's share of it cost. Into another cycle, or without a running period, a new period begins.
 * Nothing is paid out: what the old plan leaves over goes as far as the new one costs.
 */
export const prorate = (subscription: Subscription, plan: Plan, cycle: BillingCycle, now: Date): Change => {
  const { periodStart, periodEnd } = subscription;
  const running = subscription.status === 'active' && now < periodEnd;
  const restMs = running ? periodEnd.getTime() - Math.max(now.getTime(), periodStart.getTime()) : 0;
  const part = running ? restMs / (periodEnd.getTime() - periodStart.getTime()) : 0;
  const sameCycle = running && cycle === subscription.cycle;
  const endsAt = sameCycle ? periodEnd : addMonths(now, monthsOf(cycle));
  const whole = plan.priceMicros[cycle];
  const cost = sameCycle ? Math.round(whole * part) : whole;
  const lines: TermLine[] = sameCycle
    ? [{ description: `${plan.name}, ${cycle}, ${dayOf(now)} to ${dayOf(endsAt)}`, amountMicros: cost }]
    : [periodLine(plan, cycle, now, endsAt)];
  const left = Math.min(cost, Math.floor(subscription.periodMicros * part));
  if (left > 0) {
    lines.push({
      description: `${subscription.plan}, ${subscription.cycle}, not used from ${dayOf(now)} to ${dayOf(periodEnd)}`,
      amountMicros: -left,
    });
  }
  return sameCycle
    ? { startsAt: now, endsAt, anchor: subscription.anchor, anchorMonths: subscription.anchorMonths, lines }
    : { startsAt: now, endsAt, anchor: now, anchorMonths: monthsOf(cycle), lines };
};

/** Whether the change is to something that costs more by the month. */
export const isUpgrade = (
  from: { plan: Plan; cycle: BillingCycle },
  to: { plan: Plan; cycle: BillingCycle },
): boolean => {
  const byMonth = ({ plan, cycle }: typeof from) => plan.priceMicros[cycle] / monthsOf(cycle);
  return to.plan.name === from.plan.name
    ? monthsOf(to.cycle) > monthsOf(from.cycle)
    : byMonth(to) > byMonth(from);
};
