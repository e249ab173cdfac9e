// GET /webhooks/details: one endpoint.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { webhookNotFound } from './errors.ts';
import { webhookRow, webhookShape } from './schema.ts';
import { endpointByUid } from './store.ts';

export const webhookDetails = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.details',
  summary: 'Get webhook endpoint',
  method: 'GET',
  path: '/webhooks/details',
  aliases: [{ method: 'GET', path: '/webhooks/{uid}' }],
  scope: 'team',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({ webhook: webhookShape }),
  errors: [webhookNotFound],
  async handle({ query, caller }, { db }) {
    const endpoint = await endpointByUid(db, caller.teamId, query.uid);
    if (!endpoint) throw webhookNotFound('Webhook endpoint not found');
    return { message: 'Webhook endpoint retrieved successfully', webhook: webhookRow(endpoint) };
  },
});
