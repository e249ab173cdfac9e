// Making and changing workspaces: the rules behind the endpoints.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { invalidWorkspace } from '../../http/errors.ts';
import { lockTeam } from '../accounts/index.ts';
import { recordEvents } from '../events/index.ts';
import { lastWorkspace, workspaceNameTaken, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import { workspaceCreated, workspaceDeleted, workspaceUpdated } from './events.ts';
import {
  workspaceDelete,
  workspaceHold,
  workspaceInsert,
  workspaceList,
  workspaceLock,
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
  await recordEvents(tx, [workspaceCreated(workspace)]);
  return workspace;
};

/**
 * Call first in the transaction of a purchase: the workspace cannot be deleted before it commits, so that nothing is
 * bought into one that is gone. Throws the same as a request that names no workspace.
 */
export const holdWorkspace = async (tx: Tx, uid: string): Promise<void> => {
  if (!(await workspaceHold(tx, uid))) throw invalidWorkspace('Invalid workspace');
};

export const changeWorkspace = async (
  tx: Tx,
  teamUid: string,
  uid: string,
  wish: { name?: string; webhookUrl?: string | null },
  now: Date,
): Promise<Workspace> => {
  const before = await workspaceLock(tx, teamUid, uid);
  if (!before) throw workspaceNotFound('Workspace not found');
  const after: Workspace = {
    ...before,
    name: wish.name ?? before.name,
    webhookUrl: wish.webhookUrl === undefined ? before.webhookUrl : wish.webhookUrl || null,
    updatedAt: now,
  };
  if (!(await workspaceUpdate(tx, after))) throw nameTaken(after.name);
  await recordEvents(tx, workspaceUpdated(before, after));
  return after;
};

export const deleteWorkspace = async (
  tx: Tx,
  teamUid: string,
  uid: string,
  readContents: ReadContents,
  now: Date,
): Promise<Workspace> => {
  // Of two that delete a team's last two workspaces at once, the second must see one left.
  await lockTeam(tx, teamUid);
  const workspace = await workspaceLock(tx, teamUid, uid);
  if (!workspace) throw workspaceNotFound('Workspace not found');
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
  await recordEvents(tx, [workspaceDeleted(workspace, now)]);
  return workspace;
};
