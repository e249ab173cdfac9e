// GET /warmup/pricing: what warm-up costs.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';

export const warmupPricing = defineEndpoint<FeatureContext>()({
  operation: 'warmup.pricing',
  summary: 'Price of warm-up',
  description: 'What one mailbox costs a month, before taxes, by the price book in force.',
  method: 'GET',
  path: '/warmup/pricing',
  scope: 'workspace',
  query: z.strictObject({}),
  response: z.object({
    price_per_month: z.number(),
    currency: z.literal('credits'),
    price_version: z.int(),
  }),
  async handle(_request, { db }) {
    const { addOns, version } = await currentPrices(db);
    return {
      message: 'Warmup pricing retrieved successfully',
      price_per_month: microsToCredits(addOns.warmupMailboxMonthMicros),
      currency: 'credits' as const,
      price_version: version,
    };
  },
});
