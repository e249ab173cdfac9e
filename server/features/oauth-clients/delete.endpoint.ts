// DELETE /oauth-clients: nobody agrees to the client any more, and what a client of ours was given is over.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { oauthClientNotFound } from './errors.ts';
import { clientEvent } from './events.ts';
import { clientDelete, clientLock, clientUnpublish } from './store.ts';

export const deleteOauthClient = defineEndpoint<FeatureContext>()({
  operation: 'oauth-clients.delete',
  summary: 'Delete OAuth client',
  description:
    'Tokens that the identity plane of this installation gave to the client are over at once, open mail sessions ' +
    'included. Of another vendor’s client only the permission ends: what it was given there is taken back there.',
  method: 'DELETE',
  path: '/oauth-clients',
  aliases: [{ method: 'POST', path: '/oauth-clients/delete' }],
  scope: 'workspace',
  right: 'admin',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid(), client_id: z.string() }),
  errors: [oauthClientNotFound],
  handle: ({ body, workspace, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const client = await clientLock(tx, workspace.uid, { uid: body.uid });
      if (!client) throw oauthClientNotFound('OAuth client not found');
      await clientDelete(tx, client.uid);
      if (client.kind === 'registered') await clientUnpublish(tx, client.clientId);
      await recordEvents(tx, [clientEvent('deleted', client, caller, clock.now())]);
      return { message: 'OAuth client deleted successfully', uid: client.uid, client_id: client.clientId };
    }),
});
