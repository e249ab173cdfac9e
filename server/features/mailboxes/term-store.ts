// Every statement on mailbox_term: the stretches of time that mailboxes are paid for beyond their first month.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';

export type Term = { uid: string; mailboxUid: string; months: number; startsAt: Date; endsAt: Date };

/** Answers false, and writes nothing, when the mailbox has a term from that moment on already. */
export const termInsert = async (tx: Tx, term: Term, now: Date): Promise<boolean> => {
  const inserted = await tx
    .insertInto('mailbox_term')
    .values({
      uid: term.uid,
      mailbox_uid: term.mailboxUid,
      months: term.months,
      starts_at: term.startsAt,
      ends_at: term.endsAt,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['mailbox_uid', 'starts_at']).doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

/** Forgets a term that never began, so that its beginning can be paid for again. */
export const termDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('mailbox_term').where('uid', '=', uid).execute();
};

export const termByUid = async (db: Db, uid: string): Promise<Term | null> => {
  const row = await db.selectFrom('mailbox_term').selectAll().where('uid', '=', uid).executeTakeFirst();
  if (!row) return null;
  const { mailbox_uid, months, starts_at, ends_at } = row;
  return { uid, mailboxUid: mailbox_uid, months, startsAt: starts_at, endsAt: ends_at };
};

export const termUids = async (db: Db, mailboxUid: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('mailbox_term')
    .select('uid')
    .where('mailbox_uid', '=', mailboxUid)
    .execute();
  return rows.map(({ uid }) => uid);
};

/** Whose terms these are. */
export const mailboxesOfTerms = async (db: Db, uids: string[]): Promise<string[]> => {
  if (uids.length === 0) return [];
  const rows = await db.selectFrom('mailbox_term').select('mailbox_uid').where('uid', 'in', uids).execute();
  return rows.map(({ mailbox_uid }) => mailbox_uid);
};

/** The domains of those of these things that are mailboxes, or terms of one. */
export const mailboxDomainsCharged = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> => {
  const { rows } = await sql<{ uid: string; domain: string }>`
    select uid, split_part(address, '@', 2) as domain from mailbox where uid = any(${subjectUids}::uuid[])
    union all select term.uid, split_part(mailbox.address, '@', 2) from mailbox_term term
      join mailbox on mailbox.uid = term.mailbox_uid where term.uid = any(${subjectUids}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ uid, domain }) => [uid, domain]));
};
