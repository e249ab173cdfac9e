// GET /billing/subscription: the plan of the team, and what it will cost next.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { subscriptionOf } from './store.ts';
import { subscriptionShape, subscriptionView } from './view.ts';

export const getSubscription = defineEndpoint<FeatureContext>()({
  operation: 'subscriptions.get',
  summary: 'Get subscription details',
  method: 'GET',
  path: '/billing/subscription',
  scope: 'team',
  response: z.object({ subscription: subscriptionShape }),
  async handle({ caller }, { db }) {
    const subscription = await subscriptionOf(db, caller.teamId);
    return {
      message: 'Subscription retrieved successfully',
      subscription: await subscriptionView(db, subscription),
    };
  },
});
