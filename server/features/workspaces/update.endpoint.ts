// PUT /workspaces/update: name, webhook address and limits; what is not named stays.

import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { keyToSignWith } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { changeWorkspace } from './change.ts';
import { workspaceNameTaken, workspaceNotFound } from './errors.ts';
import { limitsOf, webhookUrl, workspaceLimits, workspaceName, workspaceShape } from './schema.ts';
import { emptyContents, type FollowWorkspace, type ReadContents, workspaceRow } from './workspace.ts';

export const updateWorkspace = (readContents: ReadContents, follow: FollowWorkspace) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.update',
    summary: 'Update workspace',
    method: 'PUT',
    path: '/workspaces/update',
    aliases: [{ method: 'PUT', path: '/workspaces/{uid}' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({
      uid: uidToFind,
      name: workspaceName.optional(),
      webhook_url: webhookUrl.optional(),
      limits: workspaceLimits.optional(),
    }),
    response: z.object({ workspace: workspaceShape }),
    errors: [workspaceNotFound, workspaceNameTaken],
    handle: ({ body, caller, commit }, { clock, secrets }) =>
      commit(async (tx) => {
        const wish = { name: body.name, webhookUrl: body.webhook_url, limits: limitsOf(body.limits) };
        const now = clock.now();
        const workspace = await changeWorkspace(tx, caller.teamId, body.uid, wish, now);
        if (body.webhook_url !== undefined) {
          await follow(tx, {
            workspace,
            deleted: false,
            keyUid: await keyToSignWith(tx, caller, now),
            secrets,
            now,
          });
        }
        const contents = await readContents(tx, [workspace.uid]);
        return {
          message: 'Workspace updated successfully',
          workspace: workspaceRow(workspace, contents.get(workspace.uid) ?? emptyContents),
        };
      }),
  });
