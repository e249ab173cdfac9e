// Every statement on audit_entry, audit_unplaced, audit_link and audit_checkpoint.
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { Db, Schema, Tx } from '../../../database/database.ts';
import type { AuditEntry as AuditEntryTable } from '../../../database/types.ts';
import { newId } from '../../../database/uuid.ts';
import { type ChainPlace, chainStart } from '../../../protocols/audit-chain.ts';
import type { AuditActor } from '../../http/audit.ts';
import type { Change, Entry, NewEntry, Outcome, PlacedEntry } from './entry.ts';

export const entryInsert = async (tx: Tx, entry: NewEntry): Promise<void> => {
  const { actor } = entry;
  await tx
    .insertInto('audit_entry')
    .values({
      uid: newId(),
      team_uid: entry.teamUid,
      workspace_uid: entry.workspaceUid,
      occurred_at: entry.occurredAt,
      operation: entry.operation,
      outcome: entry.outcome,
      status: entry.status,
      code: entry.code,
      actor_type: actor.type,
      actor_uid: 'id' in actor ? actor.id : null,
      session_uid: actor.type === 'person' ? actor.sessionId : null,
      address: entry.address,
      user_agent: entry.userAgent,
      request_id: entry.requestId,
      targets: entry.targets,
      input: JSON.stringify(entry.input),
      changes: JSON.stringify(entry.changes),
      change_count: entry.changeCount,
    })
    .execute();
};

const fromRow = (row: Selectable<AuditEntryTable>): Entry => ({
  uid: row.uid,
  seq: row.seq,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  occurredAt: row.occurred_at,
  operation: row.operation,
  outcome: row.outcome as Outcome,
  status: row.status,
  code: row.code,
  actor: actorFromRow(row),
  address: row.address,
  userAgent: row.user_agent,
  requestId: row.request_id,
  targets: row.targets,
  input: row.input,
  changes: row.changes as unknown as Change[],
  changeCount: row.change_count,
});

const actorFromRow = ({ actor_type, actor_uid, session_uid }: Selectable<AuditEntryTable>): AuditActor => {
  if (actor_uid === null) return { type: actor_type === 'visitor' ? 'visitor' : 'system' };
  return actor_type === 'person'
    ? { type: 'person', id: actor_uid, sessionId: session_uid }
    : { type: 'api_key', id: actor_uid };
};

/** How many entries wait for their place. */
export const entriesWaiting = async (db: Db): Promise<number> => {
  const { total } = await db
    .selectFrom('audit_unplaced')
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  return Number(total);
};

/** Any number, but the same in every process: one at a time gives out places. */
const PLACING_LOCK = 7_110_281_948;

/** Waits until no other process gives out places, and keeps them from it until the transaction ends. */
export const placingLock = async (tx: Tx): Promise<void> => {
  await sql`select pg_advisory_xact_lock(${PLACING_LOCK})`.execute(tx);
};

/** The same without waiting; answers whether it is ours. */
export const placingTryLock = async (tx: Tx): Promise<boolean> => {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(${PLACING_LOCK}) as mine
  `.execute(tx);
  return rows[0]!.mine;
};

/** Takes entries that wait, in the order they were written. The caller holds the lock. */
export const unplacedTake = async (tx: Tx, limit: number): Promise<Entry[]> => {
  const taken = await sql<Selectable<AuditEntryTable>>`
    with taken as (
      delete from audit_unplaced where seq in (select seq from audit_unplaced order by seq limit ${limit})
      returning seq
    )
    select audit_entry.* from audit_entry join taken using (seq) order by seq
  `.execute(tx);
  return taken.rows.map(fromRow);
};

/** Where the chain of a team ends. */
export const chainEnd = async (db: Db, teamUid: string): Promise<ChainPlace> =>
  (await lastOf(db, 'audit_link', teamUid)) ?? (await lastOf(db, 'audit_checkpoint', teamUid)) ?? chainStart;

/** Where what is kept of a team's chain begins: after this place. */
export const chainBeginning = async (db: Db, teamUid: string): Promise<ChainPlace> =>
  (await lastOf(db, 'audit_checkpoint', teamUid)) ?? chainStart;

const lastOf = async (
  db: Db,
  table: 'audit_link' | 'audit_checkpoint',
  teamUid: string,
): Promise<ChainPlace | undefined> => {
  const row = await db
    .selectFrom(table)
    .select(['position', 'sha256'])
    .where('team_uid', '=', teamUid)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { position: row.position, hash: row.sha256.toString('hex') };
};

/** The place at a position; undefined when there is none, or it was removed. */
export const chainPlaceAt = async (
  db: Db,
  teamUid: string,
  position: number,
): Promise<ChainPlace | undefined> => {
  if (position === 0) return chainStart;
  for (const table of ['audit_link', 'audit_checkpoint'] as const) {
    const row = await db
      .selectFrom(table)
      .select('sha256')
      .where('team_uid', '=', teamUid)
      .where('position', '=', position)
      .executeTakeFirst();
    if (row) return { position, hash: row.sha256.toString('hex') };
  }
  return undefined;
};

export type Link = { teamUid: string; seq: number; position: number; previous: string; hash: string };

export const linksInsert = async (tx: Tx, links: readonly Link[], placedAt: Date): Promise<void> => {
  await tx
    .insertInto('audit_link')
    .values(
      links.map((link) => ({
        team_uid: link.teamUid,
        position: link.position,
        seq: link.seq,
        previous_sha256: Buffer.from(link.previous, 'hex'),
        sha256: Buffer.from(link.hash, 'hex'),
        placed_at: placedAt,
      })),
    )
    .execute();
};

const placed = (db: Db, teamUid: string) =>
  db
    .selectFrom('audit_link as link')
    .innerJoin('audit_entry as entry', 'entry.seq', 'link.seq')
    .selectAll('entry')
    .select(['link.position', 'link.previous_sha256', 'link.sha256'])
    .where('link.team_uid', '=', teamUid);

type PlacedRow = Selectable<AuditEntryTable> & { position: number; previous_sha256: Buffer; sha256: Buffer };

const placedFromRow = (row: PlacedRow): PlacedEntry => ({
  ...fromRow(row),
  position: row.position,
  previous: row.previous_sha256.toString('hex'),
  hash: row.sha256.toString('hex'),
});

/** The entries after a place, in the order of the chain. */
export const entriesAfter = async (
  db: Db,
  teamUid: string,
  position: number,
  limit: number,
): Promise<PlacedEntry[]> => {
  const rows = await placed(db, teamUid)
    .where('link.position', '>', position)
    .orderBy('link.position')
    .limit(limit)
    .execute();
  return rows.map(placedFromRow);
};

export type EntryFilter = {
  /** `mailboxes.buy`, or all of a noun as `mailboxes.*`. */
  operation?: string | undefined;
  outcome?: Outcome | undefined;
  actorUid?: string | undefined;
  actorType?: AuditActor['type'] | undefined;
  target?: string | undefined;
  workspaceUid?: string | undefined;
  requestId?: string | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
};

/** Newest first, those before a place. */
export const entriesBefore = async (
  db: Db,
  teamUid: string,
  filter: EntryFilter,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<PlacedEntry[]> => {
  const rows = await placed(db, teamUid)
    .$if(before !== undefined, (query) => query.where('link.position', '<', before!))
    .where(matches(filter))
    .orderBy('link.position', 'desc')
    .limit(limit)
    .execute();
  return rows.map(placedFromRow);
};

const matches =
  (filter: EntryFilter) => (where: ExpressionBuilder<Schema & { entry: AuditEntryTable }, 'entry'>) =>
    where.and([
      ...(filter.operation === undefined
        ? []
        : [
            filter.operation.endsWith('.*')
              ? where('entry.operation', 'like', `${filter.operation.slice(0, -1).replaceAll('_', '\\_')}%`)
              : where('entry.operation', '=', filter.operation),
          ]),
      ...(filter.outcome === undefined ? [] : [where('entry.outcome', '=', filter.outcome)]),
      ...(filter.actorUid === undefined ? [] : [where('entry.actor_uid', '=', filter.actorUid)]),
      ...(filter.actorType === undefined ? [] : [where('entry.actor_type', '=', filter.actorType)]),
      ...(filter.target === undefined
        ? []
        : [where(sql`entry.targets`, '@>', sql`array[${filter.target}]::uuid[]`)]),
      ...(filter.workspaceUid === undefined ? [] : [where('entry.workspace_uid', '=', filter.workspaceUid)]),
      ...(filter.requestId === undefined ? [] : [where('entry.request_id', '=', filter.requestId)]),
      ...(filter.since === undefined ? [] : [where('entry.occurred_at', '>=', filter.since)]),
      ...(filter.until === undefined ? [] : [where('entry.occurred_at', '<', filter.until)]),
    ]);

/** Teams with links that were placed before, and the last such place of each. */
export const oldPlaces = async (
  db: Db,
  before: Date,
  limit: number,
): Promise<{ teamUid: string; place: ChainPlace }[]> => {
  const { rows } = await sql<{ team_uid: string; position: number; sha256: Buffer }>`
    select team.uid as team_uid, old.position, old.sha256
    from team cross join lateral (
      select position, sha256 from (
        select position, sha256, placed_at from audit_link link
        where link.team_uid = team.uid order by position limit ${limit}
      ) first_links
      where placed_at < ${before} order by position desc limit 1
    ) old
  `.execute(db);
  return rows.map(({ team_uid, position, sha256 }) => ({
    teamUid: team_uid,
    place: { position, hash: sha256.toString('hex') },
  }));
};

export const checkpointInsert = async (
  tx: Tx,
  teamUid: string,
  { position, hash }: ChainPlace,
  at: Date,
): Promise<void> => {
  await tx
    .insertInto('audit_checkpoint')
    .values({ team_uid: teamUid, position, sha256: Buffer.from(hash, 'hex'), made_at: at })
    .execute();
};

/** Removes the entries up to a place that a checkpoint covers, and their links with them. */
export const entriesDelete = async (tx: Tx, teamUid: string, position: number): Promise<void> => {
  await sql`
    delete from audit_entry where seq in (
      select seq from audit_link where team_uid = ${teamUid} and position <= ${position}
    )
  `.execute(tx);
};
