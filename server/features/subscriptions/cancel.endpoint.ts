// POST /billing/subscription/cancel: ends the subscription with the period that is paid.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { notSubscribed } from './errors.ts';
import { subscriptionEvent } from './events.ts';
import { subscriptionLock, subscriptionUpdate } from './store.ts';
import { subscriptionShape, subscriptionView } from './view.ts';

export const cancelSubscription = defineEndpoint<FeatureContext>()({
  operation: 'subscriptions.cancel',
  summary: 'Cancel subscription',
  description:
    'The subscription goes on until the end of the period and is not renewed; nothing is paid back. A period that began ' +
    'and was not paid ends at once. Mailboxes stay: at their next renewal they cost the price of an extra seat.',
  method: 'POST',
  path: '/billing/subscription/cancel',
  scope: 'team',
  right: 'admin',
  response: z.object({ subscription: subscriptionShape }),
  errors: [notSubscribed],
  handle: ({ caller, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const before = await subscriptionLock(tx, caller.teamId);
      if (before.status === 'cancelled') throw notSubscribed('The subscription has ended already');
      const after = {
        ...before,
        cancelAtPeriodEnd: true,
        next: null,
        dueAt: before.periodEnd > now ? before.dueAt : now,
      };
      await subscriptionUpdate(tx, after);
      if (!before.cancelAtPeriodEnd) {
        await recordEvents(tx, [subscriptionEvent(after, 'cancellation_scheduled', {}, now)]);
      }
      return {
        message: 'Subscription will be cancelled at the end of the period',
        subscription: await subscriptionView(tx, after),
      };
    }),
});
