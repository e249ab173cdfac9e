// POST /workspaces/members/remove: somebody is a member of a workspace no more.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personEvent, personNotFound, workspaceMemberDelete, workspaceMembers } from '../people/index.ts';
import { workspaceNotFound } from '../workspaces/index.ts';
import { findBoth, memberRow, memberShape, whoWhere } from './schema.ts';

export const removeMember = defineEndpoint<FeatureContext>()({
  operation: 'workspace-members.remove',
  summary: 'Remove member from workspace',
  description: 'They stay in the team. A client does not reach the workspace from their next request on.',
  method: 'POST',
  path: '/workspaces/members/remove',
  aliases: [{ method: 'DELETE', path: '/workspaces/{workspace_uid}/members/{person_uid}' }],
  scope: 'team',
  right: 'admin',
  body: z.strictObject(whoWhere),
  response: z.object({ members: z.array(memberShape) }),
  errors: [workspaceNotFound, personNotFound],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const { workspace, member } = await findBoth(tx, caller.teamId, body);
      const now = clock.now();
      if (await workspaceMemberDelete(tx, { workspaceUid: workspace.uid, personUid: member.uid })) {
        const event = personEvent('person.workspace_removed', member, caller, now, { name: workspace.name });
        await recordEvents(tx, [{ ...event, workspaceUid: workspace.uid }]);
      }
      const members = await workspaceMembers(tx, caller.teamId, workspace.uid);
      return { message: 'Member removed successfully', members: members.map(memberRow) };
    }),
});
