// Making and changing workspaces: the rules behind the endpoints.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { lastWorkspace, workspaceNameTaken, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import {
  workspaceDelete,
  workspaceInsert,
  workspaceList,
  workspaceLock,
  workspaceNameIsTaken,
  workspaceUpdate,
} from './store.ts';
import { emptyContents, type ReadContents, type Workspace } from './workspace.ts';

const nameTaken = (name: string) => workspaceNameTaken(`A workspace named "${name}" already exists`);

export const createWorkspace = async (
  tx: Tx,
  teamUid: string,
  wish: { name: string; webhookUrl?: string | null; adminsOnly?: boolean },
  now: Date,
): Promise<Workspace> => {
  const workspace: Workspace = {
    uid: newId(),
    teamUid,
    name: wish.name,
    webhookUrl: wish.webhookUrl || null,
    adminsOnly: wish.adminsOnly ?? false,
    workspaceType: 'default',
    useSharedBilling: true,
    createdAt: now,
    updatedAt: now,
  };
  if (!(await workspaceInsert(tx, workspace))) throw nameTaken(wish.name);
  return workspace;
};

export const changeWorkspace = async (
  tx: Tx,
  teamUid: string,
  uid: string,
  wish: { name?: string; webhookUrl?: string },
  now: Date,
): Promise<Workspace> => {
  const before = await workspaceLock(tx, teamUid, uid);
  if (!before) throw workspaceNotFound('Workspace not found');
  if (wish.name !== undefined && (await workspaceNameIsTaken(tx, teamUid, wish.name, uid))) {
    throw nameTaken(wish.name);
  }
  const after: Workspace = {
    ...before,
    name: wish.name ?? before.name,
    webhookUrl: wish.webhookUrl === undefined ? before.webhookUrl : wish.webhookUrl || null,
    updatedAt: now,
  };
  await workspaceUpdate(tx, after);
  return after;
};

export const deleteWorkspace = async (
  tx: Tx,
  teamUid: string,
  uid: string,
  readContents: ReadContents<Db>,
  now: Date,
): Promise<void> => {
  if (!(await workspaceLock(tx, teamUid, uid))) throw workspaceNotFound('Workspace not found');
  const contents = (await readContents(tx, [uid])).get(uid) ?? emptyContents;
  if (contents.domains > 0 || contents.mailboxes > 0) {
    throw workspaceNotEmpty(
      `The workspace still holds ${contents.domains} domain(s) and ${contents.mailboxes} mailbox(es)`,
      { domains: contents.domains, mailboxes: contents.mailboxes },
    );
  }
  if ((await workspaceList(tx, teamUid)).length === 1) {
    throw lastWorkspace('The last workspace of a team cannot be deleted');
  }
  await workspaceDelete(tx, uid, now);
};
