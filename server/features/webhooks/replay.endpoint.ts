// POST /webhooks/replay: tells an endpoint again what it was told, or what it missed.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { eventsAfter, eventsBySeq, lastPosition, type PlacedEvent } from '../events/index.ts';
import { deliveriesInsert, deliveryByUid } from './delivery-store.ts';
import { deliveryNotFound, webhookDisabled, webhookNotFound } from './errors.ts';
import { endpointOfTeamLock } from './find.ts';
import { isTold, newDelivery } from './hand-out.ts';
import type { WebhookEndpoint } from './webhook.ts';

const MAX_EVENTS = 10_000;

export const replayWebhook = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.replay',
  summary: 'Replay webhook deliveries',
  description:
    `Sends one delivery again, or every event since a time that the endpoint is told of (at most ${MAX_EVENTS} at ` +
    'once; `has_more` says to go on from `until`). The deliveries are new, the events the same: a receiver that ' +
    'remembers event ids sees each once.',
  method: 'POST',
  path: '/webhooks/replay',
  aliases: [{ method: 'POST', path: '/webhooks/{uid}/replay' }],
  scope: 'team',
  status: 202,
  body: z
    .strictObject({
      uid: uidToFind.meta({ description: 'The endpoint.' }),
      delivery_uid: orAbsent(z.uuid()),
      since: orAbsent(z.iso.datetime({ offset: true })),
    })
    .refine(({ delivery_uid, since }) => (delivery_uid === undefined) !== (since === undefined), {
      error: 'give either delivery_uid or since',
      path: ['delivery_uid'],
    }),
  response: z.object({
    queued: z.int(),
    has_more: z.boolean(),
    until: z.iso.datetime().nullable().meta({ description: 'When the last of the events happened.' }),
  }),
  errors: [webhookNotFound, webhookDisabled, deliveryNotFound],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const endpoint = await endpointOfTeamLock(tx, caller.teamId, body.uid);
      if (endpoint.status === 'disabled') throw webhookDisabled('The webhook endpoint is disabled');
      const events = body.since
        ? await eventsSince(tx, endpoint, new Date(body.since))
        : await eventsOfDelivery(tx, endpoint, body.delivery_uid!);
      const chosen = events.slice(0, MAX_EVENTS);
      const deliveries = chosen.map((event) => newDelivery(endpoint, event, { replay: true }));
      await deliveriesInsert(tx, deliveries, clock.now());
      return {
        message: `${deliveries.length} ${deliveries.length === 1 ? 'delivery' : 'deliveries'} queued`,
        queued: deliveries.length,
        has_more: events.length > MAX_EVENTS,
        until: chosen.at(-1)?.occurredAt.toISOString() ?? null,
      };
    }),
});

const eventsOfDelivery = async (tx: Tx, endpoint: WebhookEndpoint, uid: string): Promise<PlacedEvent[]> => {
  const delivery = await deliveryByUid(tx, endpoint.teamUid, uid);
  if (delivery?.endpointUid !== endpoint.uid) throw deliveryNotFound('Webhook delivery not found');
  return [...(await eventsBySeq(tx, [delivery.eventSeq])).values()];
};

const eventsSince = async (tx: Tx, endpoint: WebhookEndpoint, since: Date): Promise<PlacedEvent[]> => {
  const range = { position: 0, upTo: await lastPosition(tx, endpoint.teamUid), limit: MAX_EVENTS + 1 };
  const filter = {
    teamUid: endpoint.teamUid,
    workspaceUid: endpoint.workspaceUid ?? undefined,
    since,
    types: endpoint.eventTypes,
  };
  return (await eventsAfter(tx, range, filter)).filter((event) => isTold(endpoint, event));
};
