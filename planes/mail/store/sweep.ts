// Taking away what nothing refers to any more. Runs now and then; several processes may run it at once.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';

export type Sweep = {
  /**
   * Contents without a message for this long go. Longer than the longest download, because a session may still
   * be reading a message that another one removed.
   */
  releasedForS: number;
  /** Removed messages are forgotten after this long. Longer than any session lives without asking for changes. */
  expungedForS: number;
};

const batch = 500;

/** Answers how many contents went. */
export const contentSwept = async (db: Db, { releasedForS, expungedForS }: Sweep): Promise<number> => {
  let swept = 0;
  for (;;) {
    // A released content may have got a new message since. Whoever adds one makes stored_at young first and
    // holds the row, so the delete waits for it, sees that and leaves it; the foreign key stands behind.
    const { rows } = await sql<{ candidates: number; removed: number }>`
      with candidate as (
        select r.sha256 from mail.released_content r left join mail.content c on c.sha256 = r.sha256
        where r.released_at < now() - make_interval(secs => ${releasedForS})
          and coalesce(c.stored_at < now() - make_interval(secs => ${releasedForS}), true)
        order by r.released_at limit ${batch} for update of r skip locked
      ), removed as (
        delete from mail.content c using candidate
        where c.sha256 = candidate.sha256 and c.stored_at < now() - make_interval(secs => ${releasedForS})
          and not exists (select from mail.message m where m.sha256 = c.sha256)
        returning c.sha256
      ), looked_at as (
        delete from mail.released_content r using candidate where r.sha256 = candidate.sha256
      )
      select (select count(*) from candidate) as candidates, (select count(*) from removed) as removed`.execute(
      db,
    );
    swept += rows[0]!.removed;
    if (rows[0]!.candidates < batch) break;
  }
  await sql`
    delete from mail.expunged where expunged_at < now() - make_interval(secs => ${expungedForS})`.execute(db);
  return swept;
};
