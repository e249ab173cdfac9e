// Every statement on sequencer.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Sequencer as SequencerTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { SequencerAccount, SequencerStatus } from './sequencer.ts';

export const sequencerFromRow = (row: Selectable<SequencerTable>): SequencerAccount => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  name: row.name,
  platform: row.platform,
  account: row.account,
  accountKey: row.account_key,
  hint: row.hint,
  layout: row.layout,
  tuning: {
    dailyLimit: row.daily_limit,
    warmup: {
      enabled: row.warmup_enabled,
      dailyLimit: row.warmup_limit,
      increment: row.warmup_increment,
      replyPercent: row.warmup_reply_percent,
    },
  },
  tags: row.tags,
  autoReconnect: row.auto_reconnect,
  status: row.status as SequencerStatus,
  statusReason: row.status_reason,
  statusSince: row.status_since,
  checkedAt: row.checked_at,
  reconcileAt: row.reconcile_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export type SequencerChange = Partial<
  Pick<
    SequencerAccount,
    | 'name'
    | 'account'
    | 'accountKey'
    | 'hint'
    | 'layout'
    | 'tuning'
    | 'tags'
    | 'autoReconnect'
    | 'status'
    | 'statusReason'
    | 'statusSince'
    | 'checkedAt'
    | 'reconcileAt'
  > & { sealed: string }
>;

const columnsOf = (change: SequencerChange) => ({
  name: change.name,
  account: change.account,
  account_key: change.accountKey,
  credential_sealed: change.sealed,
  hint: change.hint,
  layout: change.layout,
  daily_limit: change.tuning?.dailyLimit,
  warmup_enabled: change.tuning?.warmup.enabled,
  warmup_limit: change.tuning?.warmup.dailyLimit,
  warmup_increment: change.tuning?.warmup.increment,
  warmup_reply_percent: change.tuning?.warmup.replyPercent,
  tags: change.tags,
  auto_reconnect: change.autoReconnect,
  status: change.status,
  status_reason: change.statusReason,
  status_since: change.statusSince,
  checked_at: change.checkedAt,
  reconcile_at: change.reconcileAt,
});

/** False when the workspace has the account already. */
export const sequencerInsert = async (
  tx: Tx,
  sequencer: SequencerAccount & { sealed: string },
): Promise<boolean> => {
  const { tuning } = sequencer;
  const row = await tx
    .insertInto('sequencer')
    .values({
      uid: sequencer.uid,
      team_uid: sequencer.teamUid,
      workspace_uid: sequencer.workspaceUid,
      name: sequencer.name,
      platform: sequencer.platform,
      account: sequencer.account,
      account_key: sequencer.accountKey,
      credential_sealed: sequencer.sealed,
      hint: sequencer.hint,
      layout: sequencer.layout,
      daily_limit: tuning.dailyLimit,
      warmup_enabled: tuning.warmup.enabled,
      warmup_limit: tuning.warmup.dailyLimit,
      warmup_increment: tuning.warmup.increment,
      warmup_reply_percent: tuning.warmup.replyPercent,
      tags: sequencer.tags,
      auto_reconnect: sequencer.autoReconnect,
      status: sequencer.status,
      status_since: sequencer.statusSince,
      checked_at: sequencer.checkedAt,
      reconcile_at: sequencer.reconcileAt,
      created_at: sequencer.createdAt,
      updated_at: sequencer.updatedAt,
    })
    .onConflict((conflict) => conflict.columns(['workspace_uid', 'platform', 'account_key']).doNothing())
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const sequencerUpdate = async (
  tx: Tx,
  uid: string,
  change: SequencerChange,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('sequencer')
    .set({ ...columnsOf(change), updated_at: now })
    .where('uid', '=', uid)
    .execute();
};

export const sequencerByUid = async (db: Db, uid: string): Promise<SequencerAccount | null> => {
  const row = await db.selectFrom('sequencer').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? sequencerFromRow(row) : null;
};

export const sequencerLock = async (tx: Tx, uid: string): Promise<SequencerAccount | null> => {
  const row = await tx
    .selectFrom('sequencer')
    .selectAll()
    .where('uid', '=', uid)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ? sequencerFromRow(row) : null;
};

export const sequencerOfAccount = async (
  db: Db,
  workspaceUid: string,
  { platform, accountKey }: Pick<SequencerAccount, 'platform' | 'accountKey'>,
): Promise<SequencerAccount | null> => {
  const row = await db
    .selectFrom('sequencer')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('platform', '=', platform)
    .where('account_key', '=', accountKey)
    .executeTakeFirst();
  return row ? sequencerFromRow(row) : null;
};

/** Those of a workspace, by uid. */
export const sequencersOfWorkspace = async (
  db: Db,
  workspaceUid: string,
  uids: readonly string[],
): Promise<Map<string, SequencerAccount>> => {
  if (uids.length === 0) return new Map();
  const rows = await db
    .selectFrom('sequencer')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', 'in', uids)
    .execute();
  return new Map(rows.map((row) => [row.uid, sequencerFromRow(row)]));
};

export const sequencerPage = async (
  db: Db,
  workspaceUid: string,
  platforms: readonly string[] | undefined,
  page: NewestFirstPage,
): Promise<{ sequencers: SequencerAccount[]; total: number }> => {
  const matching = db
    .selectFrom('sequencer')
    .where('workspace_uid', '=', workspaceUid)
    .$if(platforms !== undefined, (query) => query.where('platform', 'in', platforms!));
  const rows = await onNewestFirstPage(matching.selectAll(), page).execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { sequencers: rows.map(sequencerFromRow), total: Number(total) };
};

export const sequencerSealed = async (db: Db, uid: string): Promise<string | null> => {
  const row = await db
    .selectFrom('sequencer')
    .select('credential_sealed')
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row?.credential_sealed ?? null;
};

export const sequencerDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('sequencer').where('uid', '=', uid).execute();
};

/** Takes on sequencers whose time to be compared has come; each is taken by one process, and next after `everyMs`. */
export const sequencersToReconcile = async (
  db: Db,
  now: Date,
  { everyMs, limit, but }: { everyMs: number; limit: number; but: readonly string[] },
): Promise<SequencerAccount[]> => {
  const rows = await db
    .updateTable('sequencer')
    .set({ reconcile_at: new Date(now.getTime() + everyMs) })
    .where('uid', 'in', (eb) =>
      eb
        .selectFrom('sequencer')
        .select('uid')
        .where('status', '=', 'active')
        .where('reconcile_at', '<=', now)
        .$if(but.length > 0, (query) => query.where('uid', 'not in', but))
        .orderBy('reconcile_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
  return rows.map(sequencerFromRow);
};
