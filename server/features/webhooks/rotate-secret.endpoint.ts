// POST /webhooks/rotate-secret: a new signing secret, beside the old one for as long as asked.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { webhookNotFound } from './errors.ts';
import { webhookEvent } from './events.ts';
import { endpointOfTeamLock } from './find.ts';
import { sealWebhookSecret } from './secrets.ts';
import { newWebhookSecret } from './sign.ts';
import { endpointSecretRotate } from './store.ts';

const HOUR_MS = 60 * 60_000;

export const rotateWebhookSecret = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.rotate-secret',
  summary: 'Rotate webhook secret',
  description:
    'Deliveries carry two signatures until the overlap ends, so that the receiver can be changed meanwhile. The new ' +
    'secret is shown in this answer and never again.',
  method: 'POST',
  path: '/webhooks/rotate-secret',
  aliases: [{ method: 'POST', path: '/webhooks/{uid}/rotate-secret' }],
  scope: 'team',
  body: z.strictObject({
    uid: uidToFind,
    overlap_hours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .meta({ description: '0 ends the old secret at once.' }),
  }),
  response: z.object({ uid: z.uuid(), secret: z.string(), previous_secret_valid_until: z.iso.datetime() }),
  errors: [webhookNotFound],
  handle: ({ body, caller, commit }, { clock, secrets }) =>
    commit(async (tx) => {
      const endpoint = await endpointOfTeamLock(tx, caller.teamId, body.uid);
      const now = clock.now();
      const previousUntil = new Date(now.getTime() + body.overlap_hours * HOUR_MS);
      const secret = newWebhookSecret();
      const secretSealed = sealWebhookSecret(secrets, endpoint.uid, secret);
      await endpointSecretRotate(tx, endpoint.uid, { secretSealed, previousUntil, now });
      await recordEvents(tx, [webhookEvent('secret_rotated', endpoint, now)]);
      return {
        message: 'Webhook secret rotated successfully',
        uid: endpoint.uid,
        secret,
        previous_secret_valid_until: previousUntil.toISOString(),
      };
    }),
});
