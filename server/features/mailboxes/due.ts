// Which mailboxes something is due for, and which will be renewed: reads over the mailboxes of everybody.
import type { Db } from '../../../database/database.ts';
import type { Mailbox } from './mailbox.ts';
import { mailboxColumns, mailboxFromRow } from './store.ts';

/** Mailboxes for which something is due, longest first. */
export const mailboxesDue = async (
  db: Db,
  now: Date,
  limit: number,
): Promise<Pick<Mailbox, 'uid' | 'teamUid'>[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(['uid', 'team_uid'])
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ uid: row.uid, teamUid: row.team_uid }));
};

/** Mailboxes of a team that will be renewed by themselves, from the first renewal on through `until`. */
export const renewingMailboxes = async (db: Db, teamUid: string, until: Date): Promise<Mailbox[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('team_uid', '=', teamUid)
    .where('status', 'in', ['active', 'inactive', 'renewal_failed'])
    .where('cancellation_status', '!=', 'pending')
    .where('term_anchor', 'is not', null)
    .where('renewal_date', '<=', until)
    .orderBy('renewal_date')
    .execute();
  return rows.map(mailboxFromRow);
};
