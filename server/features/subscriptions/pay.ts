// Paying for a stretch of a subscription, and what the next period costs.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { captureCharges, reserveCharges, totalOf } from '../billing/index.ts';
import { type BillingCycle, type Plan, type PriceBook, planOf } from '../price-book/index.ts';
import { type Term, type TermLine, termInsert } from './store.ts';
import type { Subscription } from './subscription.ts';

export const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

export const periodLine = (plan: Plan, cycle: BillingCycle, from: Date, to: Date): TermLine => ({
  description: `${plan.name}, ${cycle}, ${dayOf(from)} to ${dayOf(to)}`,
  amountMicros: plan.priceMicros[cycle],
});

/** The plan and cycle that the next period has. */
export const nextPlan = (
  subscription: Subscription,
  book: PriceBook,
): { plan: Plan; cycle: BillingCycle } => {
  const { plan, cycle } = subscription.next ?? subscription;
  return { plan: planOf(book, plan), cycle };
};

/**
 * Charges a stretch of time, all at once: there is nothing outside to wait for. Answers what it cost with the tax. Throws `insufficient_funds`, or
 * `spend_cap_exceeded` when a key asks.
 */
export const payTerm = async (
  tx: Tx,
  term: Omit<Term, 'uid' | 'amountMicros' | 'createdAt'>,
  options: { keyUid: string | null; priceVersion: number; now: Date },
): Promise<number> => {
  const { now } = options;
  const uid = newId();
  const sum = term.lines.reduce((total, line) => total + line.amountMicros, 0);
  const amountMicros = Math.max(0, sum);
  await termInsert(tx, { ...term, uid, amountMicros, createdAt: now });
  const subject = { type: 'subscription' as const, uid };
  const description =
    term.kind === 'period'
      ? term.lines[0]!.description
      : `Change to ${term.plan}, ${term.cycle}, until ${dayOf(term.endsAt)}`;
  const charged = await reserveCharges(tx, {
    teamUid: term.teamUid,
    workspaceUid: null,
    keyUid: options.keyUid,
    reference: { type: 'subscription', uid },
    description,
    lines: [{ subject, purpose: 'subscription', description, amountMicros, paidWith: 'wallet' }],
    priceVersion: options.priceVersion,
    now,
  });
  await captureCharges(tx, subject, now);
  return totalOf(charged);
};
