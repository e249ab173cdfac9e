// DELETE /workspaces/delete?uid=: only an empty workspace goes.

import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { keyToSignWith } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { deleteWorkspace } from './change.ts';
import { lastWorkspace, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import type { FollowWorkspace, ReadContents } from './workspace.ts';

export const removeWorkspace = (readContents: ReadContents, follow: FollowWorkspace) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.delete',
    summary: 'Delete workspace',
    method: 'DELETE',
    path: '/workspaces/delete',
    aliases: [{ method: 'DELETE', path: '/workspaces/{uid}' }],
    scope: 'team',
    right: 'admin',
    query: z.strictObject({ uid: uidToFind }),
    response: z.object({}),
    errors: [workspaceNotFound, workspaceNotEmpty, lastWorkspace],
    handle: ({ query, caller, commit }, { clock, secrets }) =>
      commit(async (tx) => {
        const now = clock.now();
        const workspace = await deleteWorkspace(tx, caller.teamId, query.uid, readContents, now);
        await follow(tx, {
          workspace,
          deleted: true,
          keyUid: await keyToSignWith(tx, caller, now),
          secrets,
          now,
        });
        return { message: 'Workspace deleted successfully' };
      }),
  });
