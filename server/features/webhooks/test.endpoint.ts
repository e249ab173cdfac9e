// POST /webhooks/test: one delivery that tells of nothing, to see that it arrives.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { deliveriesInsert } from './delivery-store.ts';
import { webhookDisabled, webhookNotFound } from './errors.ts';
import { webhookEvent } from './events.ts';
import { endpointOfTeamLock } from './find.ts';
import { TEST_EVENT } from './hand-out.ts';

export const testWebhook = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.test',
  summary: 'Send a test delivery',
  description: 'Sent within a second or two; `GET /webhooks/delivery` shows what the receiver answered.',
  method: 'POST',
  path: '/webhooks/test',
  aliases: [{ method: 'POST', path: '/webhooks/{uid}/test' }],
  scope: 'team',
  status: 202,
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ delivery_uid: z.uuid() }),
  errors: [webhookNotFound, webhookDisabled],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const endpoint = await endpointOfTeamLock(tx, caller.teamId, body.uid);
      if (endpoint.status === 'disabled') throw webhookDisabled('The webhook endpoint is disabled');
      const now = clock.now();
      const [event] = await recordEvents(tx, [webhookEvent('test', endpoint, now)]);
      const uid = newId();
      const delivery = {
        uid,
        endpointUid: endpoint.uid,
        eventUid: event!.uid,
        eventSeq: event!.seq,
        eventType: TEST_EVENT,
        // A lane of its own: a test does not wait for what the receiver has refused so far.
        subjectUid: uid,
        position: 0,
        replay: false,
      };
      await deliveriesInsert(tx, [delivery], now);
      return { message: 'Test delivery queued', delivery_uid: uid };
    }),
});
