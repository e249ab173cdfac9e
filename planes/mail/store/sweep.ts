// Taking away what nothing refers to any more. Runs now and then; several processes may run it at once.
import { sql } from 'kysely';
import { type Db, inTransaction } from '../../../database/database.ts';
import { parseMime } from '../message/mime-tree.ts';
import { searchSignature } from '../message/search-signature.ts';
import { contentsLoaded } from './content.ts';
import { removeMailboxStore } from './mailbox.ts';

export type Sweep = {
  /**
   * Contents without a message for this long go. Longer than the longest download, because a session may still
   * be reading a message that another one removed.
   */
  releasedForS: number;
  /** Removed messages are forgotten after this long. Longer than any session lives without asking for changes. */
  expungedForS: number;
  /** Mail of a removed mailbox goes after this long. Until then the mailbox may be made again, and has it. */
  removedForS: number;
};

const batch = 500;

/** Answers how many mailboxes lost their mail. */
const removedMailboxesSwept = async (db: Db, removedForS: number): Promise<number> => {
  for (let swept = 0; ; swept += 1) {
    // One at a time, as each may hold much. A mailbox that comes back takes its row away, and waits for this one.
    const gone = await inTransaction(db, async (tx) => {
      const { rows } = await sql<{ id: string }>`
        delete from mail.removed_mailbox where id = (
          select id from mail.removed_mailbox where removed_at < now() - make_interval(secs => ${removedForS})
          order by removed_at limit 1 for update skip locked
        ) returning id`.execute(tx);
      if (rows[0]) await removeMailboxStore(tx, rows[0].id);
      return rows.length;
    });
    if (gone === 0) return swept;
  }
};

/** Answers how many contents went. */
export const contentSwept = async (
  db: Db,
  { releasedForS, expungedForS, removedForS }: Sweep,
): Promise<number> => {
  await removedMailboxesSwept(db, removedForS);
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

const listedAtOnce = 1000;

/** Signs messages that were stored before there were signatures, so that a search need not read them. Answers how many. */
export const contentSigned = async (db: Db): Promise<number> => {
  let signed = 0;
  for (;;) {
    const { rows } = await sql<{ sha256: Buffer }>`
      select sha256 from mail.content c
      where not exists (select from mail.search_signature s where s.sha256 = c.sha256)
      limit ${listedAtOnce}`.execute(db);
    if (rows.length === 0) return signed;
    // One after the other, as each may be as big as a message can be.
    for (const { sha256 } of rows) {
      const [content] = await contentsLoaded(db, [sha256], false);
      if (!content) continue;
      await sql`
        insert into mail.search_signature (sha256, bits)
        select sha256, ${searchSignature(content.bytes, parseMime(content.bytes))}::bytea
        from mail.content where sha256 = ${sha256} for key share
        on conflict (sha256) do nothing`.execute(db);
      signed += 1;
    }
  }
};
