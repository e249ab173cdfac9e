// POST /keys: a new API key with no more rights than the one that asks.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { rights } from '../../http/rights.ts';
import { apiKeyLock } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { scopeNotHeld } from './errors.ts';
import { keyEvent } from './events.ts';
import { allowedNetworks, keyName, keyRow, keyScopes, keyShape } from './schema.ts';

export const createKey = defineEndpoint<FeatureContext>()({
  operation: 'api-keys.create',
  summary: 'Create API key',
  description: 'The key is shown in this answer and never again.',
  method: 'POST',
  path: '/keys',
  aliases: [{ method: 'POST', path: '/keys/create' }],
  scope: 'team',
  right: 'admin',
  status: 201,
  body: z.strictObject({
    name: keyName,
    scopes: keyScopes.default([...rights]),
    workspace_uids: orAbsent(z.array(z.uuid()).min(1).max(500)).meta({
      description: 'Limits it to these workspaces; left out: all of the team, and what is the team’s.',
    }),
    allowed_networks: orAbsent(allowedNetworks),
    expires_at: orAbsent(z.iso.datetime({ offset: true })),
  }),
  response: z.object({ api_key: z.string(), key: keyShape }),
  errors: [workspaceNotFound, scopeNotHeld],
  examples: { body: { name: 'Reporting', scopes: ['read'] } },
  handle: ({ body, caller, commit }, { clock, keys }) =>
    commit(async (tx) => {
      const missing = body.scopes.filter((scope) => !caller.rights.includes(scope));
      if (missing.length > 0) throw scopeNotHeld(`The key itself lacks ${missing.join(', ')}`, { missing });
      for (const uid of body.workspace_uids ?? []) {
        if (!(await findWorkspace(tx, caller.teamId, uid))) throw workspaceNotFound('Workspace not found');
      }
      const { uid, token } = await keys.issueKey(tx, {
        teamUid: caller.teamId,
        name: body.name,
        scopes: [...new Set(body.scopes)],
        workspaceUids: body.workspace_uids && [...new Set(body.workspace_uids)],
        allowedNetworks: body.allowed_networks,
        expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
      });
      const now = clock.now();
      const key = (await apiKeyLock(tx, caller.teamId, uid))!;
      await recordEvents(tx, [keyEvent('created', key, now, { scopes: key.scopes, by: caller.keyId })]);
      return { message: 'API key created successfully', api_key: token, key: keyRow(key, now) };
    }),
});
