// DELETE /workspaces/delete?uid=: an empty workspace goes; with `force` everything in it goes first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { assertEmpty, contentsOf, deleteWorkspace, workspaceToDelete } from './change.ts';
import { lastWorkspace, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import { beginOffboarding, type WorkspaceParts } from './offboard.workflow.ts';
import { workspaceShape } from './schema.ts';
import { workspaceRow } from './workspace.ts';

export const removeWorkspace = (parts: WorkspaceParts) =>
  defineEndpoint<FeatureContext>()({
    operation: 'workspaces.delete',
    summary: 'Delete workspace',
    description:
      'Refused while it holds domains or mailboxes. With `force=true` it is taken apart: keys that are good for it alone are ' +
      'revoked at once, nothing more can be bought into it, its orders that wait for credits end, its domains are removed ' +
      'with their mailboxes and mail, and then it is deleted with its webhooks. There is no way back, and nothing is paid ' +
      'back. Until it is gone `GET /workspaces/details` shows how much is left, or why it stopped; `force=true` again goes on.',
    method: 'DELETE',
    path: '/workspaces/delete',
    aliases: [{ method: 'DELETE', path: '/workspaces/{uid}' }],
    scope: 'team',
    right: 'admin',
    query: z.strictObject({ uid: uidToFind, force: orAbsent(z.enum(['true', 'false'])) }),
    response: z.object({
      deleted: z.boolean().meta({ description: 'False while it is being taken apart' }),
      workspace: workspaceShape.nullable().meta({ description: 'Null when it is gone' }),
    }),
    errors: [workspaceNotFound, workspaceNotEmpty, lastWorkspace],
    handle: ({ query, caller, commit }, context) =>
      commit(async (tx) => {
        const now = context.clock.now();
        const workspace = await workspaceToDelete(tx, caller.teamId, query.uid);
        const contents = await contentsOf(tx, parts.readContents, workspace.uid);
        if (query.force === 'true') {
          const leaving = await beginOffboarding(tx, context, parts, workspace, now);
          return {
            message: 'The workspace is being deleted with everything in it',
            deleted: false,
            workspace: workspaceRow(leaving, contents),
          };
        }
        assertEmpty(contents);
        await deleteWorkspace(tx, workspace, now);
        const { secrets } = context;
        await parts.follow(tx, { workspace, deleted: true, keyUid: null, secrets, now });
        return { message: 'Workspace deleted successfully', deleted: true, workspace: null };
      }),
  });
