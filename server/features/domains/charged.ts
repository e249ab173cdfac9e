// Which domain a charge was for.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';

/** The names of those of these things that are domains, or renewals of one. */
export const domainsCharged = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> => {
  const { rows } = await sql<{ uid: string; name: string }>`
    select uid, name from domain where uid = any(${subjectUids}::uuid[])
    union all select renewal.uid, domain.name from domain_renewal renewal
      join domain on domain.uid = renewal.domain_uid where renewal.uid = any(${subjectUids}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ uid, name }) => [uid, name]));
};
