// What subscriptions tell about.
import type { NewEvent } from '../events/index.ts';
import type { Subscription } from './subscription.ts';

export const subscriptionEvent = (
  subscription: Subscription,
  what:
    | 'renewal_due'
    | 'renewed'
    | 'payment_failed'
    | 'changed'
    | 'change_scheduled'
    | 'cancellation_scheduled'
    | 'cancellation_withdrawn'
    | 'ended',
  data: Record<string, unknown>,
  occurredAt: Date,
): NewEvent => ({
  teamUid: subscription.teamUid,
  workspaceUid: null,
  type: `subscription.${what}`,
  subjectType: 'subscription',
  subjectUid: subscription.teamUid,
  data: {
    plan: subscription.plan,
    cycle: subscription.cycle,
    status: subscription.status,
    current_period_end: subscription.periodEnd.toISOString(),
    ...data,
  },
  occurredAt,
});
