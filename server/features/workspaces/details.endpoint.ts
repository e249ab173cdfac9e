// GET /workspaces/details?uid=: one workspace.
import { z } from 'zod';
import { mayEnter } from '../../http/caller.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { workspaceNotFound } from './errors.ts';
import { workspaceShape } from './schema.ts';
import { workspaceByUid } from './store.ts';
import { emptyContents, type ReadContents, workspaceRow } from './workspace.ts';

export const workspaceDetails = (readContents: ReadContents) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.details',
    summary: 'Get workspace details',
    method: 'GET',
    path: '/workspaces/details',
    aliases: [{ method: 'GET', path: '/workspaces/{uid}' }],
    scope: 'team',
    keepsToWorkspaces: true,
    query: z.strictObject({ uid: uidToFind }),
    response: z.object({ workspace: workspaceShape }),
    errors: [workspaceNotFound],
    async handle({ caller, query }, { db }) {
      const workspace = mayEnter(caller, query.uid)
        ? await workspaceByUid(db, caller.teamId, query.uid)
        : null;
      if (!workspace) throw workspaceNotFound('Workspace not found');
      const contents = await readContents(db, [workspace.uid]);
      return {
        message: 'Workspace retrieved successfully',
        workspace: workspaceRow(workspace, contents.get(workspace.uid) ?? emptyContents),
      };
    },
  });
