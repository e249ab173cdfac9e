// POST /workspaces/members/add: somebody becomes a member of a workspace.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personEvent, personNotFound, workspaceMemberInsert, workspaceMembers } from '../people/index.ts';
import { holdWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { findBoth, memberRow, memberShape, whoWhere } from './schema.ts';

export const addMember = defineEndpoint<FeatureContext>()({
  operation: 'workspace-members.add',
  summary: 'Add member to workspace',
  description: 'Whoever is one already stays one.',
  method: 'POST',
  path: '/workspaces/members/add',
  aliases: [{ method: 'POST', path: '/workspaces/{workspace_uid}/members' }],
  scope: 'team',
  right: 'admin',
  body: z.strictObject(whoWhere),
  response: z.object({ members: z.array(memberShape) }),
  errors: [workspaceNotFound, personNotFound],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const { workspace, member } = await findBoth(tx, caller.teamId, body);
      await holdWorkspace(tx, workspace.uid);
      const now = clock.now();
      const added = { workspaceUid: workspace.uid, teamUid: caller.teamId, personUid: member.uid };
      if (await workspaceMemberInsert(tx, added, now)) {
        const event = personEvent('person.workspace_added', member, caller, now, { name: workspace.name });
        await recordEvents(tx, [{ ...event, workspaceUid: workspace.uid }]);
      }
      const members = await workspaceMembers(tx, caller.teamId, workspace.uid);
      return { message: 'Member added successfully', members: members.map(memberRow) };
    }),
});
