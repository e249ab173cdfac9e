// Lists that are sorted by (created_at, uid), newest first: what such a list takes, and where it goes on.
//
// A search puts what fits exactly in front of that order, and a list can be sorted by another field. A cursor could only
// say where to go on in the order itself, so it would skip or repeat rows: both are read by `page`, and answer no cursor.
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { z } from 'zod';
import { orAbsent } from './absent.ts';
import { cursorField, encodeCursor, type Page, pageOffset } from './paging.ts';

/** The field `cursor` of such a list, beside `pageBody` or `pageQuery`. */
export const newestFirstCursor = {
  cursor: orAbsent(cursorField(z.tuple([z.iso.datetime(), z.uuid()]))),
};

/** What a list can be sorted by, falling with a minus in front, as JSON:API 1.1 has it (Fetching Data, Sorting). */
export type Sort<Field extends string> = Field | `-${Field}`;

/** The field `sort` of a list that can be sorted by others: `sort: sortField(['name', 'status'])`. */
export const sortField = <const Field extends string>(fields: readonly Field[]) =>
  orAbsent(z.enum(fields.flatMap((field): Sort<Field>[] => [field, `-${field}`]))).meta({
    description:
      'Sorted by this field, falling with a minus in front, instead of newest first; rows without a value come last. ' +
      'Read by page, not by cursor.',
  });

/** For a list that can be searched and sorted: `z.strictObject({ …, keyword, sort }).refine(...pagesTakeNoCursor)`. */
export const pagesTakeNoCursor: [
  (sent: { cursor?: unknown; keyword?: unknown; sort?: unknown }) => boolean,
  { error: string; path: string[] },
] = [
  ({ cursor, keyword, sort }) => cursor === undefined || (keyword === undefined && sort === undefined),
  { error: 'cursor cannot be used with keyword or sort: read such a list by page', path: ['cursor'] },
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

/** The value of `next_cursor`: null in any other order, and when the page was not full, because nothing follows it then. */
export const nextCursorOf = (
  rows: readonly { createdAt: Date; uid: string }[],
  limit: number,
  { keyword, sort }: { keyword?: unknown; sort?: unknown } = {},
) => {
  const inOrder = keyword === undefined && sort === undefined;
  const last = rows.length === limit && inOrder ? rows.at(-1) : undefined;
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

/** What the fields are in the table. */
export type SortColumns<Field extends string> = Record<Field, RawBuilder<unknown>>;

/** The rows sorted by one of its fields; equal ones newest first, so that the order is total. */
export const sortedBy = <DB, Table extends keyof DB, Row, Field extends string>(
  query: SelectQueryBuilder<DB, Table, Row>,
  columns: SortColumns<Field>,
  sort: Sort<Field>,
): SelectQueryBuilder<DB, Table, Row> => {
  const falling = sort.startsWith('-');
  const column = columns[(falling ? sort.slice(1) : sort) as Field];
  return query
    .orderBy(column, (order) => (falling ? order.desc() : order.asc()).nullsLast())
    .orderBy(sql`created_at`, 'desc')
    .orderBy(sql`uid`, 'desc') as SelectQueryBuilder<DB, Table, Row>;
};
