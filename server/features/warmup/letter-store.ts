// Every statement on warmup_letter.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { WarmupLetter as LetterTable } from '../../../database/types.ts';
import type { Letter, LetterStatus, Place } from './letter.ts';
import type { Balance } from './pairing.ts';

const fromRow = (row: Selectable<LetterTable>): Letter => ({
  uid: row.uid,
  fromUid: row.from_uid,
  toUid: row.to_uid,
  answersUid: row.answers_uid,
  depth: row.depth,
  messageId: row.message_id,
  thread: row.thread === '' ? [] : row.thread.split(' '),
  subject: row.subject,
  status: row.status as LetterStatus,
  day: row.day,
  actorUid: row.actor_uid,
  dueAt: row.due_at,
  attempts: row.attempts,
  sentAt: row.sent_at,
  landedIn: row.landed_in as Place | null,
  createdAt: row.created_at,
});

/** Columns times rows stay below the 65,535 parameters of one statement. */
const ROWS_PER_STATEMENT = 2_000;

/** An answer to a letter that has one is left out. Answers how many were written. */
export const lettersInsert = async (tx: Tx, letters: readonly Letter[]): Promise<number> => {
  let inserted = 0;
  for (let start = 0; start < letters.length; start += ROWS_PER_STATEMENT) {
    const rows = letters.slice(start, start + ROWS_PER_STATEMENT).map((letter) => ({
      uid: letter.uid,
      from_uid: letter.fromUid,
      to_uid: letter.toUid,
      answers_uid: letter.answersUid,
      depth: letter.depth,
      message_id: letter.messageId,
      thread: letter.thread.join(' '),
      subject: letter.subject,
      status: letter.status,
      day: letter.day,
      actor_uid: letter.actorUid,
      due_at: letter.dueAt,
      created_at: letter.createdAt,
    }));
    const result = await tx
      .insertInto('warmup_letter')
      .values(rows)
      .onConflict((conflict) => conflict.column('answers_uid').doNothing())
      .executeTakeFirst();
    inserted += Number(result.numInsertedOrUpdatedRows ?? 0);
  }
  return inserted;
};

/** What it or others were to write to each other is not written. What is being handed in goes on. */
export const dropLetters = async (tx: Tx, subscriptionUid: string, reason: string): Promise<void> => {
  await tx
    .updateTable('warmup_letter')
    .set({ status: 'dropped', reason, actor_uid: null, due_at: null })
    .where('status', '=', 'planned')
    .where((eb) => eb.or([eb('from_uid', '=', subscriptionUid), eb('to_uid', '=', subscriptionUid)]))
    .execute();
};

/** What a mailbox has to send or to look for, longest due first. */
export const lettersDue = async (db: Db, actorUid: string, now: Date, limit: number): Promise<Letter[]> => {
  const rows = await db
    .selectFrom('warmup_letter')
    .selectAll()
    .where('actor_uid', '=', actorUid)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
};

export type LetterChange = {
  status?: LetterStatus;
  reason?: string | null;
  day?: string;
  actorUid?: string | null;
  dueAt?: Date | null;
  attempts?: number;
  sentAt?: Date;
  landedIn?: Place;
  landedAt?: Date;
  opened?: boolean;
  important?: boolean;
};

/** Changes a letter that stands as it was read; answers false when somebody else has moved it since. */
export const letterMove = async (
  db: Db,
  { uid, status }: Pick<Letter, 'uid' | 'status'>,
  change: LetterChange,
): Promise<boolean> => {
  const row = await db
    .updateTable('warmup_letter')
    .set({
      status: change.status,
      reason: change.reason,
      day: change.day,
      actor_uid: change.actorUid,
      due_at: change.dueAt,
      attempts: change.attempts,
      sent_at: change.sentAt,
      landed_in: change.landedIn,
      landed_at: change.landedAt,
      opened: change.opened,
      important: change.important,
    })
    .where('uid', '=', uid)
    .where('status', '=', status)
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const isOver = { actorUid: null, dueAt: null } as const;

/** How many letters count for each day of a sender, from `from` on. */
export const lettersByDay = async (db: Db, fromUid: string, from: string): Promise<Map<string, number>> => {
  const rows = await db
    .selectFrom('warmup_letter')
    .select((eb) => ['day', eb.fn.countAll<number>().as('count')])
    .where('from_uid', '=', fromUid)
    .where('day', '>=', from)
    .where('status', '!=', 'dropped')
    .groupBy('day')
    .execute();
  return new Map(rows.map(({ day, count }) => [day, Number(count)]));
};

/** Letters of these senders that count for some day: those that can still be moved to another. */
export const plannedLetters = async (db: Db, fromUids: readonly string[]): Promise<Letter[]> => {
  const rows = await db
    .selectFrom('warmup_letter')
    .selectAll()
    .where(sql<boolean>`from_uid = any(${fromUids}::uuid[])`)
    .where('status', '=', 'planned')
    .orderBy('due_at')
    .execute();
  return rows.map(fromRow);
};

/** What everybody gave and took since then. */
export const balancesSince = async (db: Db, since: Date): Promise<Map<string, Balance>> => {
  const { rows } = await sql<{ uid: string; given: number; taken: number }>`
    select uid, sum(given)::int as given, sum(taken)::int as taken from (
      select from_uid as uid, count(*) as given, 0 as taken from warmup_letter
      where created_at > ${since} and status not in ('dropped', 'failed') group by 1
      union all
      select to_uid, 0, count(*) from warmup_letter
      where created_at > ${since} and status not in ('dropped', 'failed') group by 1
    ) sides group by uid
  `.execute(db);
  return new Map(rows.map(({ uid, given, taken }) => [uid, { given, taken }]));
};

/** Who of these wrote to whom since then, as `from to`. */
export const pairsSince = async (db: Db, fromUids: readonly string[], since: Date): Promise<Set<string>> => {
  const rows = await db
    .selectFrom('warmup_letter')
    .select(['from_uid', 'to_uid'])
    .distinct()
    .where(sql<boolean>`from_uid = any(${fromUids}::uuid[])`)
    .where('created_at', '>', since)
    .where('status', 'not in', ['dropped', 'failed'])
    .execute();
  return new Set(rows.map((row) => `${row.from_uid} ${row.to_uid}`));
};

/** Letters that were handed in since then: by the mailbox, to it, and with whom. */
export const exchangedSince = async (
  db: Db,
  subscriptionUid: string,
  since: Date,
): Promise<{ sent: number; received: number; partners: number }> => {
  const { rows } = await sql<{ sent: number; received: number; partners: number }>`
    select count(*) filter (where from_uid = ${subscriptionUid})::int as sent,
      count(*) filter (where to_uid = ${subscriptionUid})::int as received,
      count(distinct case when from_uid = ${subscriptionUid} then to_uid else from_uid end)::int as partners
    from warmup_letter
    where (from_uid = ${subscriptionUid} or to_uid = ${subscriptionUid}) and sent_at > ${since}
  `.execute(db);
  return rows[0]!;
};

/** Forgets letters that were over long ago; an answer is never kept without what it answers. */
export const lettersForget = async (db: Db, before: Date): Promise<void> => {
  await sql`
    with old as (
      select uid from warmup_letter letter
      where created_at < ${before} and due_at is null
        and not exists (select from warmup_letter answer where answer.answers_uid = letter.uid)
      limit 5000
    )
    delete from warmup_letter where uid in (select uid from old)
  `.execute(db);
};
