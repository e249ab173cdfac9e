// Every statement on event.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { NewEvent } from './event.ts';

export const eventInsert = async (tx: Tx, events: NewEvent[]): Promise<void> => {
  if (events.length === 0) return;
  await tx
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
    .execute();
};

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
