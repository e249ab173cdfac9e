// POST /workspaces/create: a new, empty workspace.

import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { keyToSignWith } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { createWorkspace } from './change.ts';
import { workspaceNameTaken } from './errors.ts';
import { limitsOf, webhookUrl, workspaceLimits, workspaceName, workspaceShape } from './schema.ts';
import { emptyContents, type FollowWorkspace, workspaceRow } from './workspace.ts';

export const create = (follow: FollowWorkspace) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.create',
    summary: 'Create workspace',
    method: 'POST',
    path: '/workspaces/create',
    aliases: [{ method: 'POST', path: '/workspaces' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({
      name: workspaceName,
      webhook_url: webhookUrl.optional(),
      admins_only: orAbsent(z.boolean()),
      limits: workspaceLimits.optional(),
    }),
    response: z.object({ uid: z.uuid(), workspace: workspaceShape }),
    errors: [workspaceNameTaken],
    handle: ({ body, caller, commit }, { clock, secrets }) =>
      commit(async (tx) => {
        const now = clock.now();
        const workspace = await createWorkspace(
          tx,
          caller.teamId,
          {
            name: body.name,
            webhookUrl: body.webhook_url,
            adminsOnly: body.admins_only,
            limits: limitsOf(body.limits),
          },
          now,
        );
        if (workspace.webhookUrl) {
          await follow(tx, {
            workspace,
            deleted: false,
            keyUid: await keyToSignWith(tx, caller, now),
            secrets,
            now,
          });
        }
        return {
          message: 'Workspace created successfully',
          uid: workspace.uid,
          workspace: workspaceRow(workspace, emptyContents),
        };
      }),
  });
