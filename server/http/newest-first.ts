// Lists that are sorted by (created_at, uid), newest first: what such a list takes, and where it goes on.
//
// A search puts what fits exactly in front of that order. A cursor could only say where to go on in the order
// itself, so it would skip or repeat such a row: searches are read by `page`, and answer no cursor.
import { type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import { orAbsent } from './absent.ts';
import { cursorField, encodeCursor, type Page, pageOffset } from './paging.ts';

/** The field `cursor` of such a list, beside `pageBody` or `pageQuery`. */
export const newestFirstCursor = {
  cursor: orAbsent(cursorField(z.tuple([z.iso.datetime(), z.uuid()]))),
};

/** For a list that can be searched: `z.strictObject({ …, keyword }).refine(...searchTakesNoCursor)`. */
export const searchTakesNoCursor: [
  (sent: { cursor?: unknown; keyword?: unknown }) => boolean,
  { error: string; path: string[] },
] = [
  ({ cursor, keyword }) => cursor === undefined || keyword === undefined,
  { error: 'cursor cannot be used with keyword: read a search by page', path: ['cursor'] },
];

/** Which rows to read: those behind the last row seen, or, without a cursor, those from `offset` on. */
export type NewestFirstPage = {
  limit: number;
  offset: number;
  after: { createdAt: Date; uid: string } | null;
};

export const newestFirstPage = (sent: Page & { cursor?: [string, string] }): NewestFirstPage =>
  sent.cursor
    ? { limit: sent.limit, offset: 0, after: { createdAt: new Date(sent.cursor[0]), uid: sent.cursor[1] } }
    : { limit: sent.limit, offset: pageOffset(sent), after: null };

/** The value of `next_cursor`: null for a search, and when the page was not full, because nothing follows it then. */
export const nextCursorOf = (
  rows: readonly { createdAt: Date; uid: string }[],
  limit: number,
  { searched = false } = {},
) => {
  const last = rows.length === limit && !searched ? rows.at(-1) : undefined;
  return { next_cursor: last ? encodeCursor([last.createdAt.toISOString(), last.uid]) : null };
};

/** The rows of such a page, of a table that has `created_at` and `uid`. */
export const onNewestFirstPage = <DB, Table extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, Table, Row>,
  { limit, offset, after }: NewestFirstPage,
): SelectQueryBuilder<DB, Table, Row> =>
  query
    .$if(after !== null, (rows) =>
      rows.where(sql<boolean>`(created_at, uid) < (${after!.createdAt}, ${after!.uid}::uuid)`),
    )
    .orderBy(sql`created_at`, 'desc')
    .orderBy(sql`uid`, 'desc')
    .offset(offset)
    .limit(limit) as SelectQueryBuilder<DB, Table, Row>;
