// A subscription as the API shows it.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { grossOf, seatsUsed } from '../billing/index.ts';
import { currentPrices, microsToCredits, planOf } from '../price-book/index.ts';
import { nextPlan } from './pay.ts';
import { seatsOf } from './seats.ts';
import { graceEnds, type Subscription } from './subscription.ts';

const cycle = z.enum(['monthly', 'yearly']);

export const subscriptionShape = z
  .object({
    plan: z.string(),
    cycle,
    status: z.enum(['active', 'past_due', 'cancelled']),
    current_period_start: z.iso.datetime(),
    current_period_end: z.iso.datetime(),
    cancel_at_period_end: z.boolean(),
    included_mailboxes: z.int(),
    used_mailboxes: z.int().meta({ description: 'Mailboxes on included seats' }),
    extra_mailbox_price: z.number(),
    next_plan: z
      .string()
      .nullable()
      .meta({ description: 'The plan of the next period; null when there is none' }),
    next_cycle: cycle.nullable(),
    next_payment_at: z.iso.datetime().nullable(),
    next_payment_credits: z.number().nullable().meta({ description: 'With the tax' }),
    failed_attempts: z.int().meta({ description: 'To pay for the period that has begun; tried every day' }),
    ends_if_unpaid_at: z.iso.datetime().nullable(),
    ended_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Subscription' });

export const subscriptionView = async (
  db: Db,
  subscription: Subscription,
): Promise<z.infer<typeof subscriptionShape>> => {
  const book = await currentPrices(db);
  const plan = planOf(book, subscription.plan);
  const goesOn = subscription.status !== 'cancelled' && !subscription.cancelAtPeriodEnd;
  const next = goesOn ? nextPlan(subscription, book) : null;
  const unpaid = subscription.status === 'past_due';
  return {
    plan: subscription.plan,
    cycle: subscription.cycle,
    status: subscription.status,
    current_period_start: subscription.periodStart.toISOString(),
    current_period_end: subscription.periodEnd.toISOString(),
    cancel_at_period_end: subscription.cancelAtPeriodEnd,
    included_mailboxes: seatsOf(subscription, plan),
    used_mailboxes: await seatsUsed(db, subscription.teamUid),
    extra_mailbox_price: microsToCredits(plan.extraSeatMicros[subscription.cycle]),
    next_plan: next?.plan.name ?? null,
    next_cycle: next?.cycle ?? null,
    next_payment_at: next
      ? ((unpaid ? subscription.dueAt : null) ?? subscription.periodEnd).toISOString()
      : null,
    next_payment_credits: next
      ? microsToCredits(
          await grossOf(db, subscription.teamUid, book.version, next.plan.priceMicros[next.cycle]),
        )
      : null,
    failed_attempts: subscription.attempts,
    ends_if_unpaid_at: unpaid ? graceEnds(subscription.periodEnd).toISOString() : null,
    ended_at: subscription.endedAt?.toISOString() ?? null,
  };
};
