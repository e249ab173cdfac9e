// GET /billing/manage: a page where the team sees its payments and changes the stored payment method.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { paymentsUnavailable } from './errors.ts';
import { payingTeam, vendorSays } from './open.ts';
import { customerInsert } from './store.ts';

export const manageBilling = defineEndpoint<FeatureContext>()({
  operation: 'payments.manage',
  summary: 'Get billing portal link',
  description:
    'Answers the address of a page with the stored payment method and past payments. It works for some minutes; ask ' +
    'again for another.',
  method: 'GET',
  path: '/billing/manage',
  aliases: [{ method: 'GET', path: '/billing/portal' }],
  scope: 'team',
  right: 'purchase',
  response: z.object({ url: z.string() }),
  errors: [paymentsUnavailable],
  async handle({ caller: { teamId: teamUid }, commit }, context) {
    const { vendor, payments, customerId } = await payingTeam(context, teamUid);
    const { url } = await vendorSays(() =>
      payments.openPortal({ customerId, returnUrl: `${context.settings.publicUrl()}/billing` }),
    );
    return commit(async (tx) => {
      await customerInsert(tx, { teamUid, vendor, customerId });
      return { message: 'Billing portal link created successfully', url };
    });
  },
});
