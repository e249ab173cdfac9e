// POST /keys: a new API key with no more rights than the one that asks.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { rights } from '../../http/rights.ts';
import { apiKeyLock } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { domainNotHeld, scopeNotHeld } from './errors.ts';
import { keyEvent } from './events.ts';
import {
  allowedNetworks,
  keyName,
  keyScopes,
  keyShape,
  keyView,
  type ReadKeyCaps,
  type ReadWorkspacesOfDomains,
} from './schema.ts';

/** The sandbox of a team, which is made when it has none; known where everything is that a team consists of. */
export type OpenSandbox = (tx: Tx, teamUid: string, now: Date) => Promise<string>;

export const createKey = (
  openSandbox: OpenSandbox,
  readCaps: ReadKeyCaps,
  readWorkspaces: ReadWorkspacesOfDomains,
) =>
  defineEndpoint<FeatureContext>()({
    operation: 'api-keys.create',
    summary: 'Create API key',
    description:
      'The key is shown in this answer and never again. With `test: true` it acts in the sandbox of the team: a team of its own ' +
      'with credits that are no money, whose names all end in `.test`, and from which nothing reaches outside.',
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
      domain_uids: orAbsent(z.array(z.uuid()).min(1).max(500)).meta({
        description:
          'Limits it to these domains and their mailboxes, and so to the workspaces that have them; left out: every domain.',
      }),
      allowed_networks: orAbsent(allowedNetworks),
      expires_at: orAbsent(z.iso.datetime({ offset: true })),
      test: z.boolean().default(false).meta({ description: 'Whether it acts in the sandbox of the team' }),
    }),
    response: z.object({ api_key: z.string(), key: keyShape }),
    errors: [workspaceNotFound, domainNotHeld, scopeNotHeld],
    examples: { body: { name: 'Reporting', scopes: ['read'] } },
    handle: ({ body, caller, commit }, { clock, keys }) =>
      commit(async (tx) => {
        const missing = body.scopes.filter((scope) => !caller.rights.includes(scope));
        if (missing.length > 0) throw scopeNotHeld(`The key itself lacks ${missing.join(', ')}`, { missing });
        const now = clock.now();
        if ((await readCaps(tx, caller.teamId, caller.keyId, now)).length > 0) {
          throw scopeNotHeld('The key itself has a spend cap, and one without could be made with it', {
            missing: [],
          });
        }
        const teamUid =
          body.test && !caller.sandbox ? await openSandbox(tx, caller.teamId, now) : caller.teamId;
        for (const uid of body.workspace_uids ?? []) {
          if (!(await findWorkspace(tx, teamUid, uid))) throw workspaceNotFound('Workspace not found');
        }
        const domainUids = body.domain_uids && [...new Set(body.domain_uids)];
        const workspaceOf = await readWorkspaces(tx, teamUid, domainUids ?? []);
        const within = (domain: string) => {
          const workspace = workspaceOf.get(domain);
          return workspace !== undefined && (body.workspace_uids?.includes(workspace) ?? true);
        };
        const unknown = domainUids?.filter((domain) => !within(domain)) ?? [];
        if (unknown.length > 0) {
          throw domainNotHeld(`The key would not reach these domains: ${unknown.join(', ')}`, { unknown });
        }
        const workspaceUids = domainUids ? [...workspaceOf.values()] : body.workspace_uids;
        const { uid, token } = await keys.issueKey(tx, {
          teamUid,
          name: body.name,
          scopes: [...new Set(body.scopes)],
          workspaceUids: workspaceUids && [...new Set(workspaceUids)],
          domainUids,
          allowedNetworks: body.allowed_networks,
          expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
        });
        const key = (await apiKeyLock(tx, caller.teamId, uid))!;
        await recordEvents(tx, [
          keyEvent('created', { ...key, teamUid: caller.teamId }, now, {
            scopes: key.scopes,
            by: caller.keyId,
          }),
        ]);
        return {
          message: 'API key created successfully',
          api_key: token,
          key: await keyView(tx, readCaps, key, now),
        };
      }),
  });
