// POST /billing/subscription/uncancel: takes a cancellation back while the subscription goes on.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { notSubscribed } from './errors.ts';
import { subscriptionEvent } from './events.ts';
import { subscriptionLock, subscriptionUpdate } from './store.ts';
import { subscriptionShape, subscriptionView } from './view.ts';

export const uncancelSubscription = defineEndpoint<FeatureContext>()({
  operation: 'subscriptions.uncancel',
  summary: 'Withdraw the cancellation of the subscription',
  description:
    'The subscription is renewed again at the end of the period. One that has ended begins anew with a change.',
  method: 'POST',
  path: '/billing/subscription/uncancel',
  scope: 'team',
  right: 'admin',
  response: z.object({ subscription: subscriptionShape }),
  errors: [notSubscribed],
  handle: ({ caller, commit }, { clock }) =>
    commit(async (tx) => {
      const before = await subscriptionLock(tx, caller.teamId);
      if (before.status === 'cancelled') throw notSubscribed('The subscription has ended already');
      const after = { ...before, cancelAtPeriodEnd: false };
      await subscriptionUpdate(tx, after);
      if (before.cancelAtPeriodEnd) {
        await recordEvents(tx, [subscriptionEvent(after, 'cancellation_withdrawn', {}, clock.now())]);
      }
      return { message: 'Subscription goes on', subscription: await subscriptionView(tx, after) };
    }),
});
