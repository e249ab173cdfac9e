// Every statement on sequencer_export.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { SequencerExport as ExportTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { ExportCode, ExportStage, ExportStatus, Leftover, SequencerExport } from './export.ts';

const fromRow = (row: Selectable<ExportTable>): SequencerExport => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  sequencerUid: row.sequencer_uid,
  mailboxUid: row.mailbox_uid,
  status: row.status as ExportStatus,
  stage: row.stage as ExportStage,
  stageSince: row.stage_since,
  code: row.code as ExportCode | null,
  message: row.message,
  words: row.words,
  targetId: row.target_id,
  ticket: row.ticket,
  targetAddress: row.target_address,
  leftovers: row.leftovers as Leftover[],
  attempts: row.attempts,
  restarts: row.restarts,
  generation: row.generation,
  dueAt: row.due_at,
  connectedAt: row.connected_at,
  checkedAt: row.checked_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Columns times rows stay below the 65,535 parameters of one statement. */
const ROWS_PER_STATEMENT = 2_000;

/** Answers those that were not there before. */
export const exportsInsert = async (tx: Tx, exports: SequencerExport[]): Promise<SequencerExport[]> => {
  const inserted: SequencerExport[] = [];
  for (let start = 0; start < exports.length; start += ROWS_PER_STATEMENT) {
    const rows = await tx
      .insertInto('sequencer_export')
      .values(
        exports.slice(start, start + ROWS_PER_STATEMENT).map((row) => ({
          uid: row.uid,
          team_uid: row.teamUid,
          workspace_uid: row.workspaceUid,
          sequencer_uid: row.sequencerUid,
          mailbox_uid: row.mailboxUid,
          status: row.status,
          stage: row.stage,
          stage_since: row.stageSince,
          code: row.code,
          message: row.message,
          due_at: row.dueAt,
          created_at: row.createdAt,
          updated_at: row.updatedAt,
        })),
      )
      .onConflict((conflict) => conflict.columns(['sequencer_uid', 'mailbox_uid']).doNothing())
      .returningAll()
      .execute();
    inserted.push(...rows.map(fromRow));
  }
  return inserted;
};

/** Exports of these mailboxes to these sequencers; of all where a side is left out. Locked, in one order everywhere. */
export const exportsLock = async (
  tx: Tx,
  which: { uids?: readonly string[]; sequencerUids?: readonly string[]; mailboxUids?: readonly string[] },
): Promise<SequencerExport[]> => {
  const rows = await tx
    .selectFrom('sequencer_export')
    .selectAll()
    .$if(which.uids !== undefined, (query) => query.where(sql<boolean>`uid = any(${which.uids}::uuid[])`))
    .$if(which.sequencerUids !== undefined, (query) =>
      query.where(sql<boolean>`sequencer_uid = any(${which.sequencerUids}::uuid[])`),
    )
    .$if(which.mailboxUids !== undefined, (query) =>
      query.where(sql<boolean>`mailbox_uid = any(${which.mailboxUids}::uuid[])`),
    )
    .orderBy('uid')
    .forUpdate()
    .execute();
  return rows.map(fromRow);
};

export const exportsOfMailboxes = async (
  db: Db,
  mailboxUids: readonly string[],
): Promise<SequencerExport[]> => {
  const rows = await db
    .selectFrom('sequencer_export')
    .selectAll()
    .where(sql<boolean>`mailbox_uid = any(${mailboxUids}::uuid[])`)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();
  return rows.map(fromRow);
};

export const exportsOfSequencer = async (db: Db, sequencerUid: string): Promise<SequencerExport[]> => {
  const rows = await db
    .selectFrom('sequencer_export')
    .selectAll()
    .where('sequencer_uid', '=', sequencerUid)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();
  return rows.map(fromRow);
};

/** How many exports each sequencer has, by status. */
export const exportCounts = async (
  db: Db,
  sequencerUids: readonly string[],
): Promise<Map<string, Record<ExportStatus, number>>> => {
  if (sequencerUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('sequencer_export')
    .select((eb) => ['sequencer_uid', 'status', eb.fn.countAll<number>().as('count')])
    .where('sequencer_uid', 'in', sequencerUids)
    .groupBy(['sequencer_uid', 'status'])
    .execute();
  const counts = new Map<string, Record<ExportStatus, number>>();
  for (const { sequencer_uid: uid, status, count } of rows) {
    const none = { queued: 0, processing: 0, completed: 0, failed: 0, removing: 0 };
    counts.set(uid, { ...none, ...counts.get(uid), [status]: Number(count) });
  }
  return counts;
};

export type ExportFilter = {
  uids?: readonly string[];
  sequencerUid?: string;
  mailboxUids?: readonly string[];
  statuses?: readonly ExportStatus[];
};

export const exportPage = async (
  db: Db,
  workspaceUid: string,
  filter: ExportFilter,
  page: NewestFirstPage,
): Promise<{ exports: SequencerExport[]; total: number }> => {
  const matching = db
    .selectFrom('sequencer_export')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.uids !== undefined, (query) => query.where(sql<boolean>`uid = any(${filter.uids}::uuid[])`))
    .$if(filter.sequencerUid !== undefined, (query) =>
      query.where('sequencer_uid', '=', filter.sequencerUid!),
    )
    .$if(filter.mailboxUids !== undefined, (query) =>
      query.where(sql<boolean>`mailbox_uid = any(${filter.mailboxUids}::uuid[])`),
    )
    .$if(filter.statuses !== undefined, (query) => query.where('status', 'in', filter.statuses!));
  const rows = await onNewestFirstPage(matching.selectAll(), page).execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { exports: rows.map(fromRow), total: Number(total) };
};

/**
 * Leases exports that are due. A sequencer gets at most `perSequencer` at once; those in flight are in `busy`, by
 * sequencer. One whose credential was refused, or whose platform asked to be left alone, gets none.
 */
export const exportsClaim = async (
  db: Db,
  worker: { uid: string; leaseMs: number },
  now: Date,
  limits: { free: number; perSequencer: number; busy: ReadonlyMap<string, number> },
): Promise<SequencerExport[]> => {
  const full = [...limits.busy].filter(([, count]) => count >= limits.perSequencer).map(([uid]) => uid);
  const leasedUntil = new Date(now.getTime() + worker.leaseMs);
  const { rows } = await sql<Selectable<ExportTable>>`
    with candidate as (
      select export.uid, export.due_at,
        row_number() over (partition by export.sequencer_uid order by export.due_at, export.uid) as place
      from sequencer_export export
      join sequencer on sequencer.uid = export.sequencer_uid and sequencer.status <> 'invalid'
      left join sequencer_pace pace on pace.account_key = sequencer.account_key
      where export.due_at <= ${now} and (export.leased_until is null or export.leased_until < ${now})
        and (pace.hold_until is null or pace.hold_until <= ${now})
        and export.sequencer_uid <> all(${full}::uuid[])
    ), mine as (
      select uid from sequencer_export where uid in (
          select uid from candidate where place <= ${limits.perSequencer} order by due_at, uid limit ${limits.free}
        ) and due_at <= ${now} and (leased_until is null or leased_until < ${now})
      for update skip locked
    )
    update sequencer_export set leased_by = ${worker.uid}, leased_until = ${leasedUntil}
    where uid in (select uid from mine)
    returning *
  `.execute(db);
  return rows.map(fromRow);
};

export type ExportChange = Partial<
  Pick<
    SequencerExport,
    | 'status'
    | 'stage'
    | 'stageSince'
    | 'code'
    | 'message'
    | 'words'
    | 'targetId'
    | 'ticket'
    | 'targetAddress'
    | 'leftovers'
    | 'attempts'
    | 'restarts'
    | 'generation'
    | 'dueAt'
    | 'connectedAt'
    | 'checkedAt'
  >
>;

const columnsOf = (change: ExportChange, now: Date) => ({
  status: change.status,
  stage: change.stage,
  stage_since: change.stageSince,
  code: change.code,
  message: change.message,
  words: change.words,
  target_id: change.targetId,
  ticket: change.ticket,
  target_address: change.targetAddress,
  leftovers: change.leftovers && JSON.stringify(change.leftovers),
  attempts: change.attempts,
  restarts: change.restarts,
  generation: change.generation,
  due_at: change.dueAt,
  connected_at: change.connectedAt,
  checked_at: change.checkedAt,
  updated_at: now,
});

/**
 * Changes an export that the worker has leased, and gives it back unless it `keeps` it. Answers false when it is not the
 * worker's any more, or something about the mailbox changed meanwhile: what was found out then counts no longer.
 */
export const exportSettle = async (
  tx: Tx,
  workerUid: string,
  { uid, generation }: Pick<SequencerExport, 'uid' | 'generation'>,
  change: ExportChange,
  now: Date,
  { keeps }: { keeps: boolean },
): Promise<boolean> => {
  const row = await tx
    .updateTable('sequencer_export')
    .set({ ...columnsOf(change, now), ...(!keeps && { leased_by: null, leased_until: null }) })
    .where('uid', '=', uid)
    .where('leased_by', '=', workerUid)
    .where('generation', '=', generation)
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

/** Gives one back that is another's to go on with, keeping what the target called it where that became known. */
export const exportGiveBack = async (
  db: Db,
  workerUid: string,
  uid: string,
  found: Pick<ExportChange, 'targetId' | 'ticket'>,
): Promise<void> => {
  await db
    .updateTable('sequencer_export')
    .set({ leased_by: null, leased_until: null, target_id: found.targetId, ticket: found.ticket })
    .where('uid', '=', uid)
    .where('leased_by', '=', workerUid)
    .execute();
};

/** For whoever holds the row: everybody but a worker. */
export const exportUpdate = async (tx: Tx, uid: string, change: ExportChange, now: Date): Promise<void> => {
  await tx.updateTable('sequencer_export').set(columnsOf(change, now)).where('uid', '=', uid).execute();
};

export const exportsRelease = async (db: Db, workerUid: string): Promise<void> => {
  await db
    .updateTable('sequencer_export')
    .set({ leased_by: null, leased_until: null })
    .where('leased_by', '=', workerUid)
    .execute();
};

/** The target was seen to be connected to these. */
export const exportsSeen = async (db: Db, uids: readonly string[], now: Date): Promise<void> => {
  await db
    .updateTable('sequencer_export')
    .set({ checked_at: now })
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
};

export const exportDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('sequencer_export').where('uid', '=', uid).execute();
};

/** The exports of each mailbox, as its row shows them. */
export const exportsShown = async (
  tx: Tx,
  mailboxUids: readonly string[],
): Promise<Map<string, { sequencerUid: string; status: ExportStatus }[]>> => {
  const rows = await tx
    .selectFrom('sequencer_export')
    .select(['mailbox_uid', 'sequencer_uid as sequencerUid', 'status'])
    .where(sql<boolean>`mailbox_uid = any(${mailboxUids}::uuid[])`)
    .orderBy('created_at')
    .orderBy('uid')
    .$narrowType<{ status: ExportStatus }>()
    .execute();
  return Map.groupBy(rows, (row) => row.mailbox_uid);
};

/** How far events about mailboxes were followed; null while another process follows them. */
export const followLock = async (tx: Tx): Promise<number | null> => {
  const row = await tx
    .selectFrom('sequencer_follow')
    .select('position')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row?.position ?? null;
};

export const followPosition = async (db: Db): Promise<number> =>
  (await db.selectFrom('sequencer_follow').select('position').executeTakeFirstOrThrow()).position;

export const followAdvance = async (tx: Tx, position: number): Promise<void> => {
  await tx.updateTable('sequencer_follow').set({ position }).execute();
};
