// Every statement on mailbox_term: the stretches of time that mailboxes are paid for beyond their first month.
import type { Db } from '../../../database/database.ts';

/** Whose terms these are. */
export const mailboxesOfTerms = async (db: Db, uids: string[]): Promise<string[]> => {
  if (uids.length === 0) return [];
  const rows = await db.selectFrom('mailbox_term').select('mailbox_uid').where('uid', 'in', uids).execute();
  return rows.map(({ mailbox_uid }) => mailbox_uid);
};
