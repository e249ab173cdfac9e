// GET /webhooks/deliveries: what was told to an endpoint and how it went, newest first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { deliveryList } from './delivery-store.ts';
import { webhookNotFound } from './errors.ts';
import { deliveryRow, deliveryShape } from './schema.ts';
import { endpointByUid } from './store.ts';

export const listDeliveries = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.deliveries',
  summary: 'List webhook deliveries',
  description: 'Deliveries that ended are kept for 30 days.',
  method: 'GET',
  path: '/webhooks/deliveries',
  aliases: [{ method: 'GET', path: '/webhooks/{uid}/deliveries' }],
  scope: 'team',
  query: z.strictObject({
    ...pageQuery,
    ...newestFirstCursor,
    uid: uidToFind.meta({ description: 'The endpoint.' }),
    status: orAbsent(z.enum(['pending', 'delivered', 'failed'])),
    event_id: orAbsent(z.uuid()),
  }),
  response: z.object({ deliveries: z.array(deliveryShape), ...pageAnswer, ...nextCursorAnswer }),
  errors: [webhookNotFound],
  async handle({ query, caller }, { db }) {
    const endpoint = await endpointByUid(db, caller.teamId, query.uid);
    if (!endpoint) throw webhookNotFound('Webhook endpoint not found');
    const filter = { endpointUid: endpoint.uid, status: query.status, eventUid: query.event_id };
    const { deliveries, total } = await deliveryList(db, filter, newestFirstPage(query));
    return {
      message: 'Webhook deliveries retrieved successfully',
      deliveries: deliveries.map(deliveryRow),
      ...pageFields(query, total),
      ...nextCursorOf(deliveries, query.limit),
    };
  },
});
