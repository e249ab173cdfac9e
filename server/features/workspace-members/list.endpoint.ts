// GET /workspaces/members: the people who were made members of a workspace.
import { z } from 'zod';
import { mayEnter } from '../../http/caller.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { workspaceMembers } from '../people/index.ts';
import { findWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { memberRow, memberShape } from './schema.ts';

export const listMembers = defineEndpoint<FeatureContext>()({
  operation: 'workspace-members.list',
  summary: 'List members of workspace',
  description:
    'Those who were added. Everybody but clients reaches it without being a member, unless it is for admins only.',
  method: 'GET',
  path: '/workspaces/members',
  aliases: [{ method: 'GET', path: '/workspaces/{workspace_uid}/members' }],
  scope: 'team',
  query: z.strictObject({ workspace_uid: uidToFind }),
  response: z.object({ members: z.array(memberShape) }),
  errors: [workspaceNotFound],
  async handle({ query, caller }, { db }) {
    const workspace = await findWorkspace(db, caller.teamId, query.workspace_uid);
    if (!workspace || !mayEnter(caller, workspace.uid)) throw workspaceNotFound('Workspace not found');
    const members = await workspaceMembers(db, caller.teamId, workspace.uid);
    return { message: 'Members retrieved successfully', members: members.map(memberRow) };
  },
});
