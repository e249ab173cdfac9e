// GET /workspaces/details?uid=: one workspace.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { workspaceNotFound } from './errors.ts';
import { workspaceShape, workspaceUid } from './schema.ts';
import { workspaceByUid } from './store.ts';
import { emptyContents, type ReadContents, workspaceRow } from './workspace.ts';

export const workspaceDetails = (readContents: ReadContents<Db>) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.details',
    summary: 'Get workspace details',
    method: 'GET',
    path: '/workspaces/details',
    aliases: [{ method: 'GET', path: '/workspaces/{uid}' }],
    scope: 'team',
    query: z.strictObject({ uid: workspaceUid }),
    response: z.object({ workspace: workspaceShape }),
    errors: [workspaceNotFound],
    async handle({ caller, query }, { db }) {
      const workspace = await workspaceByUid(db, caller.teamId, query.uid);
      if (!workspace) throw workspaceNotFound('Workspace not found');
      const contents = await readContents(db, [workspace.uid]);
      return {
        message: 'Workspace retrieved successfully',
        workspace: workspaceRow(workspace, contents.get(workspace.uid) ?? emptyContents),
      };
    },
  });
