// GET /billing/payments: the team's payments, newest first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { paymentStatuses } from './payment.ts';
import { paymentShape, paymentView } from './schema.ts';
import { paymentPage } from './store.ts';

export const listPayments = defineEndpoint<FeatureContext>()({
  operation: 'payments.list',
  summary: 'List payments',
  description: 'Newest first. `session_id` finds the payment of a checkout session.',
  method: 'GET',
  path: '/billing/payments',
  scope: 'team',
  query: z.strictObject({
    ...pageQuery,
    ...newestFirstCursor,
    status: orAbsent(z.enum(paymentStatuses)),
    session_id: orAbsent(z.string().max(500)),
  }),
  response: z.object({ payments: z.array(paymentShape), ...pageAnswer, ...nextCursorAnswer }),
  errors: [],
  async handle({ caller, query }, { db }) {
    const filter = { status: query.status && [query.status], sessionId: query.session_id };
    const { payments, total } = await paymentPage(db, caller.teamId, filter, newestFirstPage(query));
    return {
      message: 'Payments retrieved successfully',
      payments: payments.map(paymentView),
      ...pageFields(query, total),
      ...nextCursorOf(payments, query.limit),
    };
  },
});
