// What the endpoints about members of workspaces share.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { roles } from '../../http/roles.ts';
import { uidToFind } from '../../http/uid.ts';
import { type Member, memberByUid, personNotFound } from '../people/index.ts';
import { findWorkspace, type Workspace, workspaceNotFound } from '../workspaces/index.ts';

export const whoWhere = { workspace_uid: uidToFind, person_uid: uidToFind };

export const memberShape = z
  .object({
    person_uid: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    added_at: z.iso.datetime(),
  })
  .meta({ id: 'WorkspaceMember' });

export const memberRow = (member: Member & { addedAt: Date }) => ({
  person_uid: member.uid,
  email: member.email,
  name: member.name,
  role: member.role,
  added_at: member.addedAt.toISOString(),
});

/** @throws {ApiError} `workspace_not_found`, `person_not_found` */
export const findBoth = async (
  db: Db,
  teamUid: string,
  { workspace_uid, person_uid }: { workspace_uid: string; person_uid: string },
): Promise<{ workspace: Workspace; member: Member }> => {
  const workspace = await findWorkspace(db, teamUid, workspace_uid);
  if (!workspace) throw workspaceNotFound('Workspace not found');
  const member = await memberByUid(db, teamUid, person_uid);
  if (!member) throw personNotFound('Person not found');
  return { workspace, member };
};
