// GET /billing/invoice-buyer: whom invoices are made out to.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { buyerOf, buyerShape, buyerView } from './buyer.ts';

export const getBuyer = defineEndpoint<FeatureContext>()({
  operation: 'invoices.get-buyer',
  summary: 'Get invoice buyer',
  description: 'Whom the next invoices of the team are made out to. Invoices that are issued keep theirs.',
  method: 'GET',
  path: '/billing/invoice-buyer',
  scope: 'team',
  response: z.object({ buyer: buyerShape }),
  async handle({ caller }, { db }) {
    return {
      message: 'Invoice buyer retrieved successfully',
      buyer: buyerView(await buyerOf(db, caller.teamId)),
    };
  },
});
