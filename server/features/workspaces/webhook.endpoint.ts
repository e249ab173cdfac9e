// POST /workspaces/webhook: where changes of the workspace are announced; an empty address clears it.

import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { keyToSignWith } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { changeWorkspace } from './change.ts';
import { workspaceNotFound } from './errors.ts';
import { webhookUrl } from './schema.ts';
import type { FollowWorkspace } from './workspace.ts';

export const setWebhook = (follow: FollowWorkspace) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.webhook',
    summary: 'Update workspace webhook',
    method: 'POST',
    path: '/workspaces/webhook',
    aliases: [{ method: 'POST', path: '/workspaces/{uid}/webhook' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({ uid: uidToFind, webhook_url: webhookUrl }),
    response: z.object({ webhook_url: z.string().nullable() }),
    errors: [workspaceNotFound],
    handle: ({ body, caller, commit }, { clock, secrets }) =>
      commit(async (tx) => {
        const wish = { webhookUrl: body.webhook_url };
        const now = clock.now();
        const workspace = await changeWorkspace(tx, caller.teamId, body.uid, wish, now);
        await follow(tx, {
          workspace,
          deleted: false,
          keyUid: await keyToSignWith(tx, caller, now),
          secrets,
          now,
        });
        return { message: 'Workspace webhook updated successfully', webhook_url: workspace.webhookUrl };
      }),
  });
