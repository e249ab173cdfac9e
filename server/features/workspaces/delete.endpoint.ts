// DELETE /workspaces/delete?uid=: only an empty workspace goes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { deleteWorkspace } from './change.ts';
import { lastWorkspace, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import type { ReadContents } from './workspace.ts';

export const removeWorkspace = (readContents: ReadContents) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.delete',
    summary: 'Delete workspace',
    method: 'DELETE',
    path: '/workspaces/delete',
    aliases: [{ method: 'DELETE', path: '/workspaces/{uid}' }],
    scope: 'team',
    query: z.strictObject({ uid: uidToFind }),
    response: z.object({}),
    errors: [workspaceNotFound, workspaceNotEmpty, lastWorkspace],
    handle: ({ query, caller, commit }, { clock }) =>
      commit(async (tx) => {
        await deleteWorkspace(tx, caller.teamId, query.uid, readContents, clock.now());
        return { message: 'Workspace deleted successfully' };
      }),
  });
