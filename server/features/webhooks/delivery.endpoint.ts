// GET /webhooks/delivery: one delivery with its event and every attempt.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { eventRow, eventShape, eventsBySeq } from '../events/index.ts';
import { attemptsOf, deliveryByUid } from './delivery-store.ts';
import { deliveryNotFound } from './errors.ts';
import { attemptShape, deliveryRow, deliveryShape } from './schema.ts';

export const deliveryDetails = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.delivery',
  summary: 'Get webhook delivery',
  method: 'GET',
  path: '/webhooks/delivery',
  aliases: [{ method: 'GET', path: '/webhooks/deliveries/{uid}' }],
  scope: 'team',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({ delivery: deliveryShape, event: eventShape, attempts: z.array(attemptShape) }),
  errors: [deliveryNotFound],
  async handle({ query, caller }, { db }) {
    const delivery = await deliveryByUid(db, caller.teamId, query.uid);
    if (!delivery) throw deliveryNotFound('Webhook delivery not found');
    const event = (await eventsBySeq(db, [delivery.eventSeq])).get(delivery.eventSeq);
    const attempts = await attemptsOf(db, delivery.uid);
    return {
      message: 'Webhook delivery retrieved successfully',
      delivery: deliveryRow(delivery),
      event: eventRow(event!),
      attempts: attempts.map((attempt) => ({
        number: attempt.number,
        started_at: attempt.started_at.toISOString(),
        duration_ms: attempt.duration_ms,
        request_headers: attempt.request_headers as Record<string, string>,
        response_status: attempt.response_status,
        response_headers: attempt.response_headers as Record<string, string> | null,
        response_body: attempt.response_body,
        error: attempt.error,
      })),
    };
  },
});
