// POST /oauth-clients: a client of its own at the identity plane, on the allow-list from the start.
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { clientEvent } from './events.ts';
import { hostsOf, type OauthClient } from './oauth-client.ts';
import { clientName, clientRow, clientShape, identityScopes, redirectUri } from './schema.ts';
import { clientInsert, clientPublish } from './store.ts';

export const createOauthClient = defineEndpoint<FeatureContext>()({
  operation: 'oauth-clients.create',
  summary: 'Create OAuth client',
  description:
    'A client that may ask owners of built-in mailboxes for access, at the `issuer` of the answer (OpenID Connect ' +
    'discovery). With the scope `mail` its tokens open SMTP and IMAP. The secret is shown in this answer and never again.',
  method: 'POST',
  path: '/oauth-clients',
  aliases: [{ method: 'POST', path: '/oauth-clients/create' }],
  scope: 'workspace',
  right: 'admin',
  status: 201,
  body: z.strictObject({
    name: clientName,
    redirect_uris: z.array(redirectUri).min(1).max(20),
    scopes: z
      .array(z.enum(identityScopes))
      .min(1)
      .default([...identityScopes]),
    public: z.boolean().default(false).meta({
      description:
        'For a program that cannot keep a secret, as one in a browser or on a phone: it gets none, and proves itself by PKCE',
    }),
  }),
  response: z.object({
    client_id: z.string(),
    client_secret: z.string().nullable().meta({ description: 'Null of a public client' }),
    issuer: z.string(),
    client: clientShape,
  }),
  examples: {
    body: {
      name: 'Outreach Desk',
      redirect_uris: ['https://app.example.com/oauth/done'],
      scopes: ['openid', 'mail'],
    },
  },
  handle: ({ body, workspace, caller, commit }, { clock, settings }) =>
    commit(async (tx) => {
      const now = clock.now();
      const secret = body.public ? null : randomBytes(32).toString('base64url');
      const redirectUris = [...new Set(body.redirect_uris)];
      const client: OauthClient = {
        uid: newId(),
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        clientId: `ik_${randomBytes(12).toString('base64url')}`,
        kind: 'registered',
        name: body.name,
        redirectUris,
        hosts: hostsOf(redirectUris),
        scopes: [...new Set(body.scopes)],
        secondApprover: null,
        approvedAt: now,
        createdAt: now,
      };
      await clientInsert(tx, client, caller.keyId);
      await clientPublish(tx, {
        client_id: client.clientId,
        workspace_id: workspace.uid,
        name: client.name,
        secret_hash: secret && createHash('sha256').update(secret).digest('hex'),
        redirect_uris: client.redirectUris,
        scopes: client.scopes,
        updated_at: now,
      });
      await recordEvents(tx, [clientEvent('created', client, caller, now)]);
      return {
        message: 'OAuth client created successfully',
        client_id: client.clientId,
        client_secret: secret,
        issuer: settings.identityUrl(),
        client: clientRow(client),
      };
    }),
});
