// Every statement on workspace.
import { type Selectable, sql } from 'kysely';
import { type Db, type Tx, violatedUnique } from '../../../database/database.ts';
import type { Workspace as WorkspaceTable } from '../../../database/types.ts';
import type { WorkspaceLimits } from './limits.ts';
import type { Workspace } from './workspace.ts';

const fromRow = (row: Selectable<WorkspaceTable>): Workspace => ({
  uid: row.uid,
  teamUid: row.team_uid,
  name: row.name,
  webhookUrl: row.webhook_url,
  adminsOnly: row.admins_only,
  workspaceType: row.workspace_type,
  useSharedBilling: row.use_shared_billing,
  limits: { maxDomains: row.max_domains, maxMailboxes: row.max_mailboxes },
  offboardingSince: row.offboarding_since,
  offboardingRuns: row.offboarding_runs,
  offboardingProblem: row.offboarding_problem,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const live = (db: Db, teamUid: string) =>
  db.selectFrom('workspace').selectAll().where('team_uid', '=', teamUid).where('deleted_at', 'is', null);

export const workspaceList = async (db: Db, teamUid: string): Promise<Workspace[]> => {
  const rows = await live(db, teamUid).orderBy('created_at').orderBy('uid').execute();
  return rows.map(fromRow);
};

export const workspaceByUid = async (db: Db, teamUid: string, uid: string): Promise<Workspace | null> => {
  const row = await live(db, teamUid).where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** The team a workspace belongs to, also after it was deleted. */
export const workspaceTeam = async (db: Db, uid: string): Promise<string> => {
  const row = await db
    .selectFrom('workspace')
    .select('team_uid')
    .where('uid', '=', uid)
    .executeTakeFirstOrThrow();
  return row.team_uid;
};

/** The workspace, locked until the transaction ends: nothing else changes or deletes it meanwhile. */
export const workspaceLock = async (tx: Tx, teamUid: string, uid: string): Promise<Workspace | null> => {
  const row = await live(tx, teamUid).where('uid', '=', uid).forUpdate().executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Keeps a workspace from being deleted until the transaction ends; answers false when that was begun already. */
export const workspaceHold = async (tx: Tx, uid: string): Promise<boolean> => {
  const held = await tx
    .selectFrom('workspace')
    .select('uid')
    .where('uid', '=', uid)
    .where('deleted_at', 'is', null)
    .where('offboarding_since', 'is', null)
    .forShare()
    .executeTakeFirst();
  return held !== undefined;
};

/** Answers false when a live workspace of the team has the name already. */
export const workspaceInsert = async (tx: Tx, workspace: Workspace): Promise<boolean> => {
  const inserted = await tx
    .insertInto('workspace')
    .values({
      uid: workspace.uid,
      team_uid: workspace.teamUid,
      name: workspace.name,
      webhook_url: workspace.webhookUrl,
      admins_only: workspace.adminsOnly,
      workspace_type: workspace.workspaceType,
      use_shared_billing: workspace.useSharedBilling,
      max_domains: workspace.limits.maxDomains,
      max_mailboxes: workspace.limits.maxMailboxes,
      created_at: workspace.createdAt,
      updated_at: workspace.updatedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

/**
 * Answers false when another live workspace of the team has the name: the index alone knows, whoever renames at the
 * same moment, and what counts as the same letter. The transaction can then only be rolled back.
 */
export const workspaceUpdate = async (tx: Tx, workspace: Workspace): Promise<boolean> => {
  try {
    await tx
      .updateTable('workspace')
      .set({
        name: workspace.name,
        webhook_url: workspace.webhookUrl,
        max_domains: workspace.limits.maxDomains,
        max_mailboxes: workspace.limits.maxMailboxes,
        updated_at: workspace.updatedAt,
      })
      .where('uid', '=', workspace.uid)
      .execute();
    return true;
  } catch (error) {
    if (violatedUnique(error) === 'workspace_live_name') return false;
    throw error;
  }
};

export const workspaceOffboard = async (
  tx: Tx,
  { uid, offboardingSince, offboardingRuns, offboardingProblem }: Workspace,
  at: Date,
): Promise<void> => {
  await tx
    .updateTable('workspace')
    .set({
      offboarding_since: offboardingSince,
      offboarding_runs: offboardingRuns,
      offboarding_problem: offboardingProblem,
      updated_at: at,
    })
    .where('uid', '=', uid)
    .execute();
};

export const workspaceLimits = async (db: Db, uid: string): Promise<WorkspaceLimits | null> => {
  const row = await db
    .selectFrom('workspace')
    .select(['max_domains', 'max_mailboxes'])
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row ? { maxDomains: row.max_domains, maxMailboxes: row.max_mailboxes } : null;
};

/** Whoever adds to a workspace that has limits comes one after the other, until their transactions end. */
export const limitsLock = async (db: Db, uid: string): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`workspace limits ${uid}`}, 0))`.execute(db);
};

export const workspaceDelete = async (tx: Tx, uid: string, at: Date): Promise<void> => {
  await tx.updateTable('workspace').set({ deleted_at: at, updated_at: at }).where('uid', '=', uid).execute();
};
