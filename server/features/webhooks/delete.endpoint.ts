// POST /webhooks/delete: an endpoint goes, with its deliveries.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { webhookNotFound, webhookOfSettings } from './errors.ts';
import { webhookEvent } from './events.ts';
import { endpointOfTeamLock } from './find.ts';
import { endpointDelete } from './store.ts';

export const deleteWebhook = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.delete',
  summary: 'Delete webhook endpoint',
  method: 'POST',
  path: '/webhooks/delete',
  aliases: [{ method: 'DELETE', path: '/webhooks/{uid}' }],
  scope: 'team',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid() }),
  errors: [webhookNotFound, webhookOfSettings],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const endpoint = await endpointOfTeamLock(tx, caller.teamId, body.uid);
      if (endpoint.ofWorkspaceSettings) {
        throw webhookOfSettings('The endpoint is a setting of the workspace', {
          workspace_uid: endpoint.workspaceUid,
        });
      }
      await endpointDelete(tx, endpoint.uid);
      await recordEvents(tx, [webhookEvent('deleted', endpoint, clock.now())]);
      return { message: 'Webhook endpoint deleted successfully', uid: endpoint.uid };
    }),
});
