// Every statement on event, event_unplaced and event_position.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Event as EventTable } from '../../../database/types.ts';
import { newId } from '../../../database/uuid.ts';
import type { NewEvent, PlacedEvent, SubjectType } from './event.ts';

/** What was written in transactions that are still open. */
const written = new WeakMap<Tx, number[]>();

/** Answers what the events are called, in the order given. */
export const eventInsert = async (tx: Tx, events: NewEvent[]): Promise<{ uid: string; seq: number }[]> => {
  if (events.length === 0) return [];
  const rows = await tx
    .insertInto('event')
    .values(
      events.map((event) => ({
        uid: newId(),
        team_uid: event.teamUid,
        workspace_uid: event.workspaceUid,
        type: event.type,
        subject_type: event.subjectType,
        subject_uid: event.subjectUid,
        data: JSON.stringify(event.data),
        occurred_at: event.occurredAt,
      })),
    )
    .returning(['uid', 'seq'])
    .execute();
  written.set(tx, [...(written.get(tx) ?? []), ...rows.map(({ seq }) => seq)]);
  return rows;
};

/** The events that this transaction wrote so far, without those that it took back (see `withoutEffect`). */
export const eventsWrittenIn = async (tx: Tx): Promise<PlacedEvent[]> =>
  [...(await eventsBySeq(tx, written.get(tx) ?? [])).values()].sort((a, b) => a.seq - b.seq);

/** Whether an event of this type was told of the subject before, with the same `cause` in its data. */
export const eventWithCause = async (
  tx: Tx,
  { subjectUid, type, cause }: { subjectUid: string; type: string; cause: string },
): Promise<boolean> => {
  const row = await tx
    .selectFrom('event')
    .select('seq')
    .where('subject_uid', '=', subjectUid)
    .where('type', '=', type)
    .where(sql`data ->> 'cause'`, '=', cause)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

/** What a `status_changed` event says its subject became. */
export type StatusTold = { status: string; reason: string | null; since: Date };

/**
 * The status that each thing had told last when another thing told its own last status. In the order they were told
 * (`seq`), which holds between processes whose clocks differ.
 */
export const statusesWhenEnded = async (
  db: Db,
  things: readonly { uid: string; endedWith: string }[],
): Promise<Map<string, StatusTold>> => {
  const uids = things.map(({ uid }) => uid);
  const enders = things.map(({ endedWith }) => endedWith);
  const { rows } = await sql<{ uid: string; status: string; reason: string | null; since: Date }>`
    select thing.uid, told.data ->> 'status' as status, told.data ->> 'reason' as reason, told.occurred_at as since
    from unnest(${uids}::uuid[], ${enders}::uuid[]) as thing (uid, ended_with)
    cross join lateral (
      select seq from event
      where subject_uid = thing.ended_with and type like '%.status_changed' order by seq desc limit 1
    ) ended
    cross join lateral (
      select data, occurred_at from event
      where subject_uid = thing.uid and type like '%.status_changed' and seq < ended.seq order by seq desc limit 1
    ) told
  `.execute(db);
  return new Map(rows.map(({ uid, ...told }) => [uid, told]));
};

/** Any number, but the same in every process: one at a time gives out positions. */
const PLACING_LOCK = 7_110_281_947;

/**
 * Gives a position to events that are committed and have none, in the order they were written; answers to how many.
 * Of two events about one thing the earlier is committed before the later can be written, so it comes first here too.
 */
export const eventsPlace = async (tx: Tx, limit: number): Promise<number> => {
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(${PLACING_LOCK}) as mine
  `.execute(tx);
  if (!rows[0]!.mine) return 0;
  const placed = await sql`
    with taken as (
      delete from event_unplaced where seq in (select seq from event_unplaced order by seq limit ${limit})
      returning seq
    )
    insert into event_position (seq, team_uid)
    select event.seq, event.team_uid from event join taken using (seq) order by event.seq
  `.execute(tx);
  return Number(placed.numAffectedRows ?? 0);
};

/** Whether events wait for their position. */
export const eventsWait = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('event_unplaced').select('seq').limit(1).executeTakeFirst()) !== undefined;

/** The position of the last event there is, of a team or of all; 0 when there is none. */
export const lastPosition = async (db: Db, teamUid?: string): Promise<number> => {
  const row = await db
    .selectFrom('event_position')
    .select('position')
    .$if(teamUid !== undefined, (query) => query.where('team_uid', '=', teamUid!))
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.position ?? 0;
};

const placed = (db: Db) =>
  db
    .selectFrom('event_position as place')
    .innerJoin('event', 'event.seq', 'place.seq')
    .selectAll('event')
    .select('place.position');

const fromRow = (row: Selectable<EventTable> & { position: number }): PlacedEvent => ({
  uid: row.uid,
  seq: row.seq,
  position: row.position,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  type: row.type,
  subjectType: row.subject_type as SubjectType,
  subjectUid: row.subject_uid,
  data: row.data as Record<string, unknown>,
  occurredAt: row.occurred_at,
});

export type EventFilter = {
  teamUid?: string;
  workspaceUid?: string;
  subjectUid?: string;
  /** As `typeIsAmong` reads them. */
  types?: readonly string[];
  /** Only events that happened at or after. */
  since?: Date;
  /** Without the events of these workspaces, and those about them. */
  hiddenWorkspaceUids?: readonly string[];
};

/** Events behind `position` and up to `upTo`, in their order. */
export const eventsAfter = async (
  db: Db,
  { position, upTo, limit }: { position: number; upTo: number; limit: number },
  { teamUid, workspaceUid, subjectUid, types = [], since, hiddenWorkspaceUids = [] }: EventFilter = {},
): Promise<PlacedEvent[]> => {
  let query = placed(db)
    .where('place.position', '>', position)
    .where('place.position', '<=', upTo)
    .orderBy('place.position')
    .limit(limit);
  if (teamUid) query = query.where('place.team_uid', '=', teamUid);
  if (workspaceUid) query = query.where('event.workspace_uid', '=', workspaceUid);
  if (subjectUid) query = query.where('event.subject_uid', '=', subjectUid);
  if (since) query = query.where('event.occurred_at', '>=', since);
  if (hiddenWorkspaceUids.length > 0) {
    query = query.where(
      sql<boolean>`coalesce(event.workspace_uid, event.subject_uid) <> all(${hiddenWorkspaceUids}::uuid[])`,
    );
  }
  if (types.length > 0) {
    query = query.where((where) =>
      where.or(
        types.map((type) =>
          type.endsWith('.*')
            ? where('event.type', 'like', `${type.slice(0, -1).replaceAll('_', '\\_')}%`)
            : where('event.type', '=', type),
        ),
      ),
    );
  }
  return (await query.execute()).map(fromRow);
};

/** The events with these `seq`, by it; the position is 0 while an event has none. */
export const eventsBySeq = async (db: Db, seqs: number[]): Promise<Map<number, PlacedEvent>> => {
  if (seqs.length === 0) return new Map();
  const rows = await db
    .selectFrom('event')
    .leftJoin('event_position as place', 'place.seq', 'event.seq')
    .selectAll('event')
    .select((select) => select.fn.coalesce('place.position', select.lit(0)).as('position'))
    .where('event.seq', 'in', seqs)
    .execute();
  return new Map(rows.map((row) => [row.seq, fromRow(row)]));
};
