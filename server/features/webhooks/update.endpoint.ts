// POST /webhooks/update: changes what is named, and switches an endpoint off or on.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { validationFailed } from '../../http/errors.ts';
import { requireRight } from '../../http/require-right.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { webhookNotFound, webhookOfSettings } from './errors.ts';
import { webhookEvent } from './events.ts';
import { endpointOfTeamLock } from './find.ts';
import { contradictionIn, webhookRow, webhookShape, webhookWishes } from './schema.ts';
import { disableEndpoint, enableEndpoint } from './send.ts';
import { endpointByUid, endpointUpdate } from './store.ts';

export const updateWebhook = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.update',
  summary: 'Update webhook endpoint',
  description:
    'What is not named stays. While an endpoint is disabled nothing is added for it; what was pending goes out when ' +
    'it is enabled again, and `POST /webhooks/replay` sends what happened meanwhile.',
  method: 'POST',
  path: '/webhooks/update',
  aliases: [{ method: 'PUT', path: '/webhooks/{uid}' }],
  scope: 'team',
  body: z.strictObject({
    uid: uidToFind,
    url: webhookWishes.url.optional(),
    description: webhookWishes.description.optional(),
    format: webhookWishes.format.optional(),
    event_types: webhookWishes.event_types.optional(),
    include_secrets: webhookWishes.include_secrets.optional(),
    enabled: z.boolean().optional(),
  }),
  response: z.object({ webhook: webhookShape }),
  errors: [webhookNotFound, webhookOfSettings],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      if (body.include_secrets) requireRight(caller, 'secrets');
      const before = await endpointOfTeamLock(tx, caller.teamId, body.uid);
      if (before.ofWorkspaceSettings && body.url !== undefined && body.url !== before.url) {
        throw webhookOfSettings('The address is a setting of the workspace', {
          workspace_uid: before.workspaceUid,
        });
      }
      const change = {
        url: body.url ?? before.url,
        description: body.description ?? before.description,
        format: body.format ?? before.format,
        eventTypes: body.event_types ?? before.eventTypes,
        includeSecrets: body.include_secrets ?? before.includeSecrets,
      };
      const found = contradictionIn(change);
      if (found) {
        throw validationFailed(found.message, { problems: [{ in: 'body', ...found }] });
      }
      const now = clock.now();
      await endpointUpdate(tx, before.uid, change, now);
      const changed = (Object.keys(change) as (keyof typeof change)[]).filter(
        (field) => JSON.stringify(change[field]) !== JSON.stringify(before[field]),
      );
      // The names of what changed, and not the address: it can hold a secret.
      if (changed.length > 0) await recordEvents(tx, [webhookEvent('updated', before, now, { changed })]);
      if (body.enabled === true && before.status === 'disabled') await enableEndpoint(tx, before, now);
      if (body.enabled === false && before.status === 'enabled') {
        await disableEndpoint(tx, before, 'it was switched off', now);
      }
      const after = await endpointByUid(tx, caller.teamId, before.uid);
      return { message: 'Webhook endpoint updated successfully', webhook: webhookRow(after!) };
    }),
});
