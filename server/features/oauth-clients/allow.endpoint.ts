// POST /oauth-clients/allow: lets a client of another vendor be agreed to.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { apiKeyLock } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { approverNotFound, oauthClientExists } from './errors.ts';
import { clientEvent } from './events.ts';
import type { OauthClient } from './oauth-client.ts';
import { allowedHost, clientId, clientName, clientRow, clientShape, scope } from './schema.ts';
import { clientInsert } from './store.ts';

export const allowOauthClient = defineEndpoint<FeatureContext>()({
  operation: 'oauth-clients.allow',
  summary: 'Allow OAuth client',
  description:
    'Consent requests agree only to clients on this list, only to these scopes, and follow addresses only to the ' +
    'vendor’s own pages and to `hosts`. With `second_approver`, the uid of another key of the team, the client can be ' +
    'used once that key has sent `POST /oauth-clients/approve`.',
  method: 'POST',
  path: '/oauth-clients/allow',
  scope: 'workspace',
  right: 'admin',
  status: 201,
  body: z.strictObject({
    client_id: clientId,
    name: orAbsent(clientName),
    hosts: z.array(allowedHost).min(1).max(50),
    scopes: z.array(scope).min(1).max(100),
    second_approver: orAbsent(z.uuid()),
  }),
  response: z.object({ client: clientShape }),
  errors: [oauthClientExists, approverNotFound],
  examples: {
    body: {
      client_id: '1234-abc.apps.googleusercontent.com',
      name: 'Sequencer',
      hosts: ['app.sequencer.example'],
      scopes: ['openid', 'email', 'https://mail.google.com/'],
    },
  },
  handle: ({ body, workspace, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const approver = body.second_approver;
      if (approver !== undefined) {
        const key = approver === caller.keyId ? null : await apiKeyLock(tx, caller.teamId, approver);
        if (!key) throw approverNotFound(`${approver} is not another key of the team`);
      }
      const client: OauthClient = {
        uid: newId(),
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        clientId: body.client_id,
        kind: 'allowed',
        name: body.name ?? body.client_id,
        redirectUris: [],
        hosts: [...new Set(body.hosts)],
        scopes: [...new Set(body.scopes)],
        secondApprover: approver ?? null,
        approvedAt: approver === undefined ? now : null,
        createdAt: now,
      };
      if (!(await clientInsert(tx, client, caller.keyId))) {
        throw oauthClientExists(`${client.clientId} is on the list already`);
      }
      await recordEvents(tx, [clientEvent('allowed', client, caller, now)]);
      return { message: 'OAuth client allowed successfully', client: clientRow(client) };
    }),
});
