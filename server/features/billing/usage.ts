// What was charged in a stretch of time, as far as the database can sum it up.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';

export type ChargedSum = {
  month: string;
  workspaceUid: string | null;
  /** The thing that was paid for and the reason: `mailbox first_month`, `domain registration`. */
  purpose: string;
  subjectUid: string | null;
  micros: number;
  items: number;
};

/** Sums by month (UTC), workspace and purpose, with `each` for every thing by itself. What was given back is left out. */
export const chargesBetween = async (
  db: Db,
  teamUid: string,
  span: { from: Date; until: Date; workspaceUid?: string; each: boolean },
): Promise<ChargedSum[]> => {
  const { rows } = await sql<{
    month: string;
    workspace_uid: string | null;
    purpose: string;
    subject_uid: string | null;
    micros: string;
    items: number;
  }>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM') as month, workspace_uid,
      case when purpose = subject_type then purpose else replace(subject_type || ' ' || purpose, '_', ' ') end as purpose,
      ${span.each ? sql`subject_uid` : sql`null::uuid`} as subject_uid,
      sum(amount_micros) as micros, count(*) as items
    from charge
    where team_uid = ${teamUid} and created_at >= ${span.from} and created_at < ${span.until}
      and status in ('reserved', 'captured')
      ${span.workspaceUid ? sql`and workspace_uid = ${span.workspaceUid}` : sql``}
    group by 1, 2, 3, 4
  `.execute(db);
  return rows.map((row) => ({
    month: row.month,
    workspaceUid: row.workspace_uid,
    purpose: row.purpose,
    subjectUid: row.subject_uid,
    micros: Number(row.micros),
    items: Number(row.items),
  }));
};
