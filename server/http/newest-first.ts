// Lists that are sorted by (created_at, uid), newest first: what such a list takes, and where it goes on.
import { z } from 'zod';
import { cursorField, encodeCursor, type Page, pageOffset } from './paging.ts';

/** The field `cursor` of such a list, beside `pageBody` or `pageQuery`. */
export const newestFirstCursor = {
  cursor: cursorField(z.tuple([z.iso.datetime(), z.uuid()])).optional(),
};

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

/** The value of `next_cursor`: null when the page was not full, because nothing follows it then. */
export const nextCursorOf = (rows: readonly { createdAt: Date; uid: string }[], limit: number) => {
  const last = rows.at(-1);
  const next = last && rows.length === limit ? encodeCursor([last.createdAt.toISOString(), last.uid]) : null;
  return { next_cursor: next };
};
