// GET /workspaces/list: every workspace of the team.
import { z } from 'zod';
import { mayEnter } from '../../http/caller.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { workspaceShape } from './schema.ts';
import { workspaceList } from './store.ts';
import { emptyContents, type ReadContents, workspaceRow } from './workspace.ts';

export const listWorkspaces = (readContents: ReadContents) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.list',
    summary: 'List workspaces',
    method: 'GET',
    path: '/workspaces/list',
    scope: 'team',
    keepsToWorkspaces: true,
    response: z.object({ workspaces: z.array(workspaceShape) }),
    errors: [],
    async handle({ caller }, { db }) {
      const workspaces = (await workspaceList(db, caller.teamId)).filter(({ uid }) => mayEnter(caller, uid));
      const contents = await readContents(
        db,
        workspaces.map(({ uid }) => uid),
      );
      return {
        message: 'Workspaces retrieved successfully',
        workspaces: workspaces.map((workspace) =>
          workspaceRow(workspace, contents.get(workspace.uid) ?? emptyContents),
        ),
      };
    },
  });
