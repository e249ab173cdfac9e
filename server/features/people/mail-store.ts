// Every statement on person_mail.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';

export type WaitingMail = { uid: string; messageSealed: string; attempts: number; giveUpAt: Date };

export const mailInsert = async (
  tx: Tx,
  mail: { uid: string; messageSealed: string; dueAt: Date; giveUpAt: Date },
): Promise<void> => {
  await tx
    .insertInto('person_mail')
    .values({
      uid: mail.uid,
      message_sealed: mail.messageSealed,
      due_at: mail.dueAt,
      give_up_at: mail.giveUpAt,
    })
    .execute();
};

/** Leases up to `limit` that are due: nobody else gets them before `until`. */
export const mailClaim = async (db: Db, limit: number, now: Date, until: Date): Promise<WaitingMail[]> => {
  const { rows } = await sql<WaitingMail>`
    update person_mail set due_at = ${until}, attempts = attempts + 1
    where uid in (
      select uid from person_mail where due_at <= ${now} order by due_at limit ${limit} for update skip locked
    )
    returning uid, message_sealed as "messageSealed", attempts, give_up_at as "giveUpAt"
  `.execute(db);
  return rows;
};

export const mailDue = async (db: Db, uid: string, at: Date): Promise<void> => {
  await db.updateTable('person_mail').set({ due_at: at }).where('uid', '=', uid).execute();
};

export const mailDelete = async (db: Db, uid: string): Promise<void> => {
  await db.deleteFrom('person_mail').where('uid', '=', uid).execute();
};
