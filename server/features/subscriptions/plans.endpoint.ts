// GET /billing/pricing-plans: the plans on sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits, plansOnSale } from '../price-book/index.ts';

const planRow = z
  .object({
    uid: z.string(),
    name: z.string(),
    cycle: z.enum(['monthly', 'yearly']),
    price: z.number().meta({ description: 'The whole cycle' }),
    price_per_month: z.number(),
    included_mailboxes: z.int(),
    extra_mailbox_price: z.number().meta({ description: 'One mailbox more, for a month' }),
  })
  .meta({ id: 'PricingPlan' });

export const listPlans = defineEndpoint<FeatureContext>()({
  operation: 'subscriptions.plans',
  summary: 'List pricing plans',
  description: 'Every plan on sale, once for each cycle, the cheapest first.',
  method: 'GET',
  path: '/billing/pricing-plans',
  scope: 'team',
  response: z.object({ plans: z.array(planRow) }),
  async handle(_request, { db }) {
    const book = await currentPrices(db);
    return {
      message: 'Pricing plans retrieved successfully',
      plans: plansOnSale(book).flatMap((plan) =>
        (['monthly', 'yearly'] as const).map((cycle) => ({
          uid: `pl_${plan.name.toLowerCase().replaceAll(' ', '_')}${cycle === 'yearly' ? '_yearly' : ''}`,
          name: plan.name,
          cycle,
          price: microsToCredits(plan.priceMicros[cycle]),
          price_per_month: microsToCredits(
            cycle === 'yearly' ? Math.round(plan.priceMicros.yearly / 12) : plan.priceMicros.monthly,
          ),
          included_mailboxes: plan.includedSeats,
          extra_mailbox_price: microsToCredits(plan.extraSeatMicros[cycle]),
        })),
      ),
    };
  },
});
