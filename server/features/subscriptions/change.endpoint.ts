// POST /billing/subscription/change: another plan or cycle, at once or with the next period.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  lockFunds,
  spendCapExceeded,
  stopWaiting,
  taxLabel,
  taxOn,
  taxRateOf,
  totalOf,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { currentPrices, microsToCredits, planOf, plansOnSale } from '../price-book/index.ts';
import { planNotFound, planUnchanged } from './errors.ts';
import { subscriptionEvent } from './events.ts';
import { payTerm } from './pay.ts';
import { isUpgrade, prorate } from './proration.ts';
import { waitsAs } from './settle.ts';
import { subscriptionLock, subscriptionOf, subscriptionUpdate } from './store.ts';
import { firstLook, type Subscription } from './subscription.ts';
import { subscriptionShape, subscriptionView } from './view.ts';

export const changeSubscription = defineEndpoint<FeatureContext>()({
  operation: 'subscriptions.change',
  summary: 'Change plan',
  description:
    'What costs more by the month begins at once and is paid for the rest of the period, less what the old plan cost for ' +
    'it; what costs less begins with the next period. `effective` says otherwise. With `dry_run: true` it only answers ' +
    'what it would cost, line by line. Mailboxes beyond the included ones of the new plan stay, and cost the price of an ' +
    'extra seat from their next renewal on. A subscription that has ended begins anew.',
  method: 'POST',
  path: '/billing/subscription/change',
  scope: 'team',
  right: 'admin',
  body: z.strictObject({
    plan: z.string().trim().min(1).max(60).meta({ example: 'Agency' }),
    cycle: orAbsent(z.enum(['monthly', 'yearly'])).meta({ description: 'The present one by default' }),
    effective: orAbsent(z.enum(['now', 'period_end'])),
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    effective_at: z.iso.datetime(),
    subscription: subscriptionShape,
  }),
  errors: [planNotFound, planUnchanged, insufficientFunds, spendCapExceeded],
  examples: { body: { plan: 'Agency', cycle: 'monthly', dry_run: true } },
  handle({ body, caller, commit }, { db, clock }) {
    const plan = async (on: Db, before: Subscription, now: Date) => {
      const book = await currentPrices(on);
      const cycle = body.cycle ?? before.cycle;
      const wanted = [...book.plans.values()].find(
        ({ name, sold }) => name.toLowerCase() === body.plan.toLowerCase() && (sold || name === before.plan),
      );
      if (!wanted) {
        const plans = plansOnSale(book).map(({ name }) => name);
        throw planNotFound(`plan: there is no plan named ${body.plan}`, { plans });
      }
      const ended = before.status === 'cancelled';
      const same = wanted.name === before.plan && cycle === before.cycle && !ended;
      if (same && !before.next && before.status === 'active') {
        throw planUnchanged(`The subscription has the plan ${wanted.name}, ${cycle}, already`);
      }
      const from = { plan: planOf(book, before.plan), cycle: before.cycle };
      const startsNow =
        ended ||
        before.status === 'past_due' ||
        (!same &&
          (body.effective ?? (isUpgrade(from, { plan: wanted, cycle }) ? 'now' : 'period_end')) === 'now');
      const change = startsNow ? prorate(before, wanted, cycle, now) : null;
      const rate = await taxRateOf(on, caller.teamId, book.version);
      const tax = taxOn(rate, totalOf(change?.lines ?? []));
      const taxLine = { description: rate ? taxLabel(rate) : '', amountMicros: tax, purpose: 'tax' };
      return {
        book,
        cycle,
        wanted,
        same,
        change,
        lines: [...(change?.lines ?? []), ...(tax > 0 ? [taxLine] : [])],
      };
    };

    const answer = async (on: Db, after: Subscription, planned: Awaited<ReturnType<typeof plan>>) => {
      return {
        ...bill(planned.lines, await walletMicros(on, caller.teamId), { dryRun: body.dry_run }),
        effective_at: (planned.change?.startsAt ?? after.periodEnd).toISOString(),
        subscription: await subscriptionView(on, after),
      };
    };

    const dryRun = async () => {
      const now = clock.now();
      const before = await subscriptionOf(db, caller.teamId);
      const planned = await plan(db, before, now);
      const { lines } = planned;
      const { teamId: teamUid, keyId: keyUid } = caller;
      await assertPayable(db, { teamUid, workspaceUid: null, keyUid, type: 'subscription', lines, now });
      return {
        message: 'Nothing was changed: this is what it would cost',
        ...(await answer(db, before, planned)),
      };
    };
    if (body.dry_run) return dryRun();

    return commit(async (tx) => {
      const now = clock.now();
      await lockFunds(tx, caller.teamId);
      const before = await subscriptionLock(tx, caller.teamId);
      const planned = await plan(tx, before, now);
      const { book, cycle, wanted, same, change } = planned;
      if (!change) {
        const next = same ? null : { plan: wanted.name, cycle };
        const after = { ...before, next, cancelAtPeriodEnd: false };
        await subscriptionUpdate(tx, after);
        const data = { next_plan: next?.plan ?? null, next_cycle: next?.cycle ?? null };
        await recordEvents(tx, [subscriptionEvent(after, 'change_scheduled', data, now)]);
        const message = next ? 'The plan changes with the next period' : 'The plan stays as it is';
        return { message, ...(await answer(tx, after, planned)) };
      }
      const amountMicros = await payTerm(
        tx,
        {
          teamUid: caller.teamId,
          kind: 'change',
          plan: wanted.name,
          cycle,
          startsAt: change.startsAt,
          endsAt: change.endsAt,
          lines: change.lines,
        },
        { keyUid: caller.keyId, priceVersion: book.version, now },
      );
      await stopWaiting(tx, waitsAs(caller.teamId));
      const after: Subscription = {
        ...before,
        plan: wanted.name,
        cycle,
        status: 'active',
        periodStart: change.endsAt.getTime() === before.periodEnd.getTime() ? before.periodStart : now,
        periodEnd: change.endsAt,
        anchor: change.anchor,
        anchorMonths: change.anchorMonths,
        periodMicros: wanted.priceMicros[cycle],
        priceVersion: book.version,
        next: null,
        cancelAtPeriodEnd: false,
        dueAt: firstLook(change.endsAt),
        reminded: false,
        attempts: 0,
        endedAt: null,
      };
      await subscriptionUpdate(tx, after);
      const data = { previous_plan: before.plan, credits: microsToCredits(amountMicros) };
      await recordEvents(tx, [subscriptionEvent(after, 'changed', data, now)]);
      return { message: 'Plan changed successfully', ...(await answer(tx, after, planned)) };
    });
  },
});
