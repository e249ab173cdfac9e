// POST /billing/wallet/add-credits: a checkout for credits; the wallet gets them when it is paid.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { CREDITS_CHECKOUT_MS, creditsLine, creditsToBuy } from './credits.ts';
import { paymentsUnavailable } from './errors.ts';
import { keepPayment, openCheckout } from './open.ts';
import { paymentShape, paymentView } from './schema.ts';

export const addCreditsByCheckout = defineEndpoint<FeatureContext>()({
  operation: 'payments.add-credits',
  summary: 'Add credits',
  description:
    'Opens a checkout and answers where to pay. The wallet gets the credits when it is paid, and whatever waits for ' +
    'credits goes on. Nothing is charged before, and an address that is not paid within a day expires.',
  method: 'POST',
  path: '/billing/wallet/add-credits',
  scope: 'team',
  right: 'purchase',
  body: z.strictObject({ credits: creditsToBuy }),
  response: z.object({ url: z.string(), session_id: z.string(), payment: paymentShape }),
  errors: [paymentsUnavailable],
  examples: { body: { credits: 150 } },
  async handle({ body, caller, commit }, context) {
    const payment = await openCheckout(context, {
      uid: newId(),
      teamUid: caller.teamId,
      workspaceUid: null,
      lines: [creditsLine(body.credits)],
      purchaseKind: null,
      expiresAt: new Date(context.clock.now().getTime() + CREDITS_CHECKOUT_MS),
    });
    return commit(async (tx) => {
      await keepPayment(tx, payment);
      return {
        message: 'Payment session created successfully',
        url: payment.url!,
        session_id: payment.sessionId!,
        payment: paymentView(payment),
      };
    });
  },
});
