// Reading what SORT and THREAD compare, in pages: envelopes of a big folder are not held all at once.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { inRanges } from './uid-ranges.ts';

export type SortRow = {
  uid: number;
  internalDate: Date;
  sizeBytes: number;
  /** Only when asked for. */
  envelope?: string;
  /** `message-id`, `in-reply-to`, `references`, decoded and in lower case; only when asked for. */
  headers?: Record<string, string>;
};

export type SortRead = { envelope: boolean; headers: boolean };

const pageSize = 2000;

/** Messages of `uids` (ascending) that are still there, by UID. */
export async function* sortRows(
  db: Db,
  folderId: string,
  uids: readonly number[],
  read: SortRead,
): AsyncGenerator<SortRow[]> {
  const columns = [
    sql`m.uid, m.internal_date as "internalDate", m.size_bytes as "sizeBytes"`,
    ...(read.envelope ? [sql`c.envelope`] : []),
    ...(read.headers ? [sql`c.search_headers as headers`] : []),
  ];
  const content = read.envelope || read.headers ? sql`join mail.content c on c.sha256 = m.sha256` : sql``;
  for (let at = 0; at < uids.length; at += pageSize) {
    const page = uids.slice(at, at + pageSize);
    const { rows } = await sql<SortRow>`
      select ${sql.join(columns)} from mail.message m ${content}
      where ${inRanges(folderId, [[page[0]!, page.at(-1)!]])} order by m.uid`.execute(db);
    const wanted = new Set(page);
    yield rows.filter((row) => wanted.has(row.uid));
  }
}
