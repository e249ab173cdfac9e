// Making and changing workspaces: the rules behind the endpoints.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { invalidWorkspace } from '../../http/errors.ts';
import { lockTeam } from '../accounts/index.ts';
import { recordEvents } from '../events/index.ts';
import { lastWorkspace, workspaceNameTaken, workspaceNotEmpty, workspaceNotFound } from './errors.ts';
import { workspaceCreated, workspaceDeleted, workspaceUpdated } from './events.ts';
import type { WorkspaceLimits } from './limits.ts';
import {
  workspaceDelete,
  workspaceHold,
  workspaceInsert,
  workspaceList,
  workspaceLock,
  workspaceUpdate,
} from './store.ts';
import { emptyContents, type ReadContents, type Workspace, type WorkspaceContents } from './workspace.ts';

const nameTaken = (name: string) => workspaceNameTaken(`A workspace named "${name}" already exists`);

export const createWorkspace = async (
  tx: Tx,
  teamUid: string,
  wish: {
    name: string;
    webhookUrl?: string | null;
    adminsOnly?: boolean;
    limits?: Partial<WorkspaceLimits>;
  },
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
    limits: { maxDomains: null, maxMailboxes: null, ...wish.limits },
    offboardingSince: null,
    offboardingRuns: 0,
    offboardingProblem: null,
    createdAt: now,
    updatedAt: now,
  };
  if (!(await workspaceInsert(tx, workspace))) throw nameTaken(wish.name);
  await recordEvents(tx, [workspaceCreated(workspace)]);
  return workspace;
};

/**
 * Call first in the transaction of a purchase: the workspace cannot be deleted before it commits, so that nothing is
 * bought into one that is gone or going. Throws the same as a request that names no workspace.
 */
export const holdWorkspace = async (tx: Tx, uid: string): Promise<void> => {
  if (!(await workspaceHold(tx, uid))) throw invalidWorkspace('Invalid workspace');
};

export const changeWorkspace = async (
  tx: Tx,
  teamUid: string,
  uid: string,
  wish: { name?: string; webhookUrl?: string | null; limits?: Partial<WorkspaceLimits> },
  now: Date,
): Promise<Workspace> => {
  const before = await workspaceLock(tx, teamUid, uid);
  if (!before) throw workspaceNotFound('Workspace not found');
  const after: Workspace = {
    ...before,
    name: wish.name ?? before.name,
    webhookUrl: wish.webhookUrl === undefined ? before.webhookUrl : wish.webhookUrl || null,
    limits: { ...before.limits, ...wish.limits },
    updatedAt: now,
  };
  if (!(await workspaceUpdate(tx, after))) throw nameTaken(after.name);
  await recordEvents(tx, workspaceUpdated(before, after));
  return after;
};

/** A workspace that is to be deleted, locked. @throws {ApiError} `workspace_not_found`, `last_workspace` */
export const workspaceToDelete = async (tx: Tx, teamUid: string, uid: string): Promise<Workspace> => {
  // Of two that delete a team's last two workspaces at once, the second must see one left.
  await lockTeam(tx, teamUid);
  const workspace = await workspaceLock(tx, teamUid, uid);
  if (!workspace) throw workspaceNotFound('Workspace not found');
  const staying = (await workspaceList(tx, teamUid)).filter(({ offboardingSince }) => !offboardingSince);
  if (!staying.some((other) => other.uid !== uid)) {
    throw lastWorkspace('The last workspace of a team cannot be deleted');
  }
  return workspace;
};

export const contentsOf = async (
  db: Db,
  readContents: ReadContents,
  uid: string,
): Promise<WorkspaceContents> => (await readContents(db, [uid])).get(uid) ?? emptyContents;

/** @throws {ApiError} `workspace_not_empty` */
export const assertEmpty = ({ domains, mailboxes }: WorkspaceContents): void => {
  if (domains === 0 && mailboxes === 0) return;
  throw workspaceNotEmpty(`The workspace still holds ${domains} domain(s) and ${mailboxes} mailbox(es)`, {
    domains,
    mailboxes,
  });
};

/** Deletes a workspace that is locked and empty. */
export const deleteWorkspace = async (tx: Tx, workspace: Workspace, now: Date): Promise<void> => {
  await workspaceDelete(tx, workspace.uid, now);
  await recordEvents(tx, [workspaceDeleted(workspace, now)]);
};
