// What is done about a subscription when it is due: remind, renew, try again, end. One transaction, decided by the
// time and by what the subscription says of itself, so that doing it twice does nothing twice.
import type { Tx } from '../../../database/database.ts';
import {
  addMonths,
  type Continuation,
  grossOf,
  lockFunds,
  stopWaiting,
  waitForFunds,
  walletMicros,
} from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { subscriptionEvent } from './events.ts';
import { nextPlan, payTerm, periodLine } from './pay.ts';
import { subscriptionLock, subscriptionUpdate } from './store.ts';
import { firstLook, graceEnds, monthsOf, nextAttempt, type Subscription } from './subscription.ts';

export type Settled = 'nothing' | 'reminded' | 'renewed' | 'unpaid' | 'ended';

export const settle = async (tx: Tx, teamUid: string, now: Date): Promise<Settled> => {
  await lockFunds(tx, teamUid);
  const subscription = await subscriptionLock(tx, teamUid);
  if (!subscription.dueAt || subscription.dueAt > now) return 'nothing';
  if (now < subscription.periodEnd) return remind(tx, subscription, now);
  if (subscription.cancelAtPeriodEnd) return end(tx, subscription, 'it was cancelled', now);
  return renew(tx, subscription, now);
};

/** As what an unpaid subscription stands in its team's line of those that wait for credits. */
export const WAITS_AS = 'subscription';
export const waitsAs = (teamUid: string) => ({ kind: WAITS_AS, subjectUid: teamUid });

/** How an unpaid subscription goes on when the credits it waited for are there, before it is tried next. */
export const subscriptionPaid: Continuation =
  async (_context, { subjectUid }) =>
  async (tx, now) => {
    const subscription = await subscriptionLock(tx, subjectUid);
    if (subscription.status === 'past_due' && !subscription.cancelAtPeriodEnd)
      await renew(tx, subscription, now);
  };

const remind = async (tx: Tx, subscription: Subscription, now: Date): Promise<Settled> => {
  const book = await currentPrices(tx);
  const { plan, cycle } = nextPlan(subscription, book);
  await subscriptionUpdate(tx, { ...subscription, reminded: true, dueAt: subscription.periodEnd });
  if (subscription.reminded || subscription.cancelAtPeriodEnd) return 'nothing';
  const wallet = await walletMicros(tx, subscription.teamUid);
  const price = await grossOf(tx, subscription.teamUid, book.version, plan.priceMicros[cycle]);
  const data = {
    next_plan: plan.name,
    next_cycle: cycle,
    credits: microsToCredits(price),
    missing_credits: microsToCredits(Math.max(0, price - wallet)),
  };
  await recordEvents(tx, [subscriptionEvent(subscription, 'renewal_due', data, now)]);
  return 'reminded';
};

const renew = async (tx: Tx, subscription: Subscription, now: Date): Promise<Settled> => {
  const { teamUid, periodEnd } = subscription;
  const book = await currentPrices(tx);
  const { plan, cycle } = nextPlan(subscription, book);
  const price = await grossOf(tx, teamUid, book.version, plan.priceMicros[cycle]);
  const wallet = await walletMicros(tx, teamUid);
  if (wallet < price) {
    const again = nextAttempt(periodEnd, now);
    if (!again) return end(tx, subscription, 'it could not be paid', now);
    const attempts = subscription.attempts + 1;
    const unpaid: Subscription = { ...subscription, status: 'past_due', attempts, dueAt: again };
    await subscriptionUpdate(tx, unpaid);
    const data = {
      credits: microsToCredits(price),
      missing_credits: microsToCredits(price - wallet),
      attempt: attempts,
      next_attempt_at: again.toISOString(),
      ends_at: graceEnds(periodEnd).toISOString(),
    };
    await recordEvents(tx, [subscriptionEvent(unpaid, 'payment_failed', data, now)]);
    const wait = { teamUid, workspaceUid: null, ...waitsAs(teamUid), amountMicros: price, urgent: true };
    await waitForFunds(tx, wait, now);
    return 'unpaid';
  }
  const anchorMonths = subscription.anchorMonths + monthsOf(cycle);
  const endsAt = addMonths(subscription.anchor, anchorMonths);
  await payTerm(
    tx,
    {
      teamUid,
      kind: 'period',
      plan: plan.name,
      cycle,
      startsAt: periodEnd,
      endsAt,
      lines: [periodLine(plan, cycle, periodEnd, endsAt)],
    },
    { keyUid: null, priceVersion: book.version, now },
  );
  const renewed: Subscription = {
    ...subscription,
    plan: plan.name,
    cycle,
    status: 'active',
    periodStart: periodEnd,
    periodEnd: endsAt,
    anchorMonths,
    periodMicros: plan.priceMicros[cycle],
    priceVersion: book.version,
    next: null,
    dueAt: firstLook(endsAt),
    reminded: false,
    attempts: 0,
  };
  await stopWaiting(tx, waitsAs(teamUid));
  await subscriptionUpdate(tx, renewed);
  await recordEvents(tx, [subscriptionEvent(renewed, 'renewed', { credits: microsToCredits(price) }, now)]);
  return 'renewed';
};

const end = async (tx: Tx, subscription: Subscription, reason: string, now: Date): Promise<Settled> => {
  const ended: Subscription = {
    ...subscription,
    status: 'cancelled',
    next: null,
    cancelAtPeriodEnd: false,
    dueAt: null,
    endedAt: now,
  };
  await stopWaiting(tx, waitsAs(subscription.teamUid));
  await subscriptionUpdate(tx, ended);
  await recordEvents(tx, [subscriptionEvent(ended, 'ended', { reason }, now)]);
  return 'ended';
};

/** Has the subscription looked at again in an hour: for a run that gave up. */
export const postpone = async (tx: Tx, teamUid: string, now: Date): Promise<void> => {
  const subscription = await subscriptionLock(tx, teamUid);
  if (!subscription.dueAt || subscription.dueAt > now) return;
  await subscriptionUpdate(tx, { ...subscription, dueAt: new Date(now.getTime() + 3_600_000) });
};
