// Which domain a charge for a mailbox was on.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';

/** The domains of those of these things that are mailboxes, or terms of one. */
export const mailboxDomainsCharged = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> => {
  const { rows } = await sql<{ uid: string; domain: string }>`
    select uid, split_part(address, '@', 2) as domain from mailbox where uid = any(${subjectUids}::uuid[])
    union all select term.uid, split_part(mailbox.address, '@', 2) from mailbox_term term
      join mailbox on mailbox.uid = term.mailbox_uid where term.uid = any(${subjectUids}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ uid, domain }) => [uid, domain]));
};
