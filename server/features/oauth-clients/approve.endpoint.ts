// POST /oauth-clients/approve: the second yes to a client of another vendor.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { notTheApprover, oauthClientNotFound } from './errors.ts';
import { clientEvent } from './events.ts';
import { isApproved } from './oauth-client.ts';
import { clientRow, clientShape } from './schema.ts';
import { clientApprove, clientLock } from './store.ts';

export const approveOauthClient = defineEndpoint<FeatureContext>()({
  operation: 'oauth-clients.approve',
  summary: 'Approve OAuth client',
  description: 'By the key that was named as `second_approver` when the client was allowed.',
  method: 'POST',
  path: '/oauth-clients/approve',
  scope: 'workspace',
  right: 'admin',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ client: clientShape }),
  errors: [oauthClientNotFound, notTheApprover],
  handle: ({ body, workspace, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const client = await clientLock(tx, workspace.uid, { uid: body.uid });
      if (!client) throw oauthClientNotFound('OAuth client not found');
      if (isApproved(client)) return { message: 'OAuth client is approved', client: clientRow(client) };
      if (client.secondApprover !== caller.keyId) {
        throw notTheApprover('Another key was named to approve this client', {
          second_approver: client.secondApprover,
        });
      }
      const now = clock.now();
      await clientApprove(tx, client.uid, now);
      await recordEvents(tx, [clientEvent('approved', client, caller, now)]);
      return {
        message: 'OAuth client approved successfully',
        client: clientRow({ ...client, approvedAt: now }),
      };
    }),
});
