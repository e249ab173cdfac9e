// GET /billing/spend-caps: the caps of the team, with what was spent under each.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { capShape, capViews } from './spend-cap-view.ts';

export const listSpendCaps = defineEndpoint<FeatureContext>()({
  operation: 'billing.spend-caps',
  summary: 'List spend caps',
  description: 'The most that may be bought in a day or a month (UTC), with what was spent of it.',
  method: 'GET',
  path: '/billing/spend-caps',
  scope: 'team',
  response: z.object({ spend_caps: z.array(capShape) }),
  async handle({ caller }, { db, clock }) {
    return {
      message: 'Spend caps retrieved successfully',
      spend_caps: await capViews(db, caller.teamId, clock.now()),
    };
  },
});
