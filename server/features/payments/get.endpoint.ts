// GET /billing/payments/{payment_uid}: what became of a payment.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { paymentNotFound } from './errors.ts';
import { paymentShape, paymentView } from './schema.ts';
import { paymentByUid } from './store.ts';

export const getPayment = defineEndpoint<FeatureContext>()({
  operation: 'payments.get',
  summary: 'Get payment',
  method: 'GET',
  path: '/billing/payments/{payment_uid}',
  scope: 'team',
  params: z.strictObject({ payment_uid: uidToFind }),
  response: z.object({ payment: paymentShape }),
  errors: [paymentNotFound],
  async handle({ params, caller }, { db }) {
    const payment = await paymentByUid(db, params.payment_uid);
    if (payment?.teamUid !== caller.teamId) throw paymentNotFound('Payment not found');
    return { message: 'Payment retrieved successfully', payment: paymentView(payment) };
  },
});
