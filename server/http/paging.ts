// Lists in pages: the fields a list takes and answers, and cursors for reading long lists from end to end.
//
// `page`/`limit` counts rows from the start, so a row that comes or goes before the page shifts what follows. A
// list that sorts by (created_at, uid) and appends keeps its earlier pages; one that must be read completely while
// it changes is read by `cursor`, which names the last row seen instead of a count and therefore neither skips nor
// repeats a row. Every order ends in the uid, so that it is total.
import { z } from 'zod';

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 500;
/** Keeps `page * limit` far inside of what OFFSET can say. */
const MAX_PAGE = 1_000_000;

const pageDescription = 'Page to answer, from 1. Ignored when a cursor is given.';
const limitDescription = `Rows per page, at most ${MAX_LIMIT}.`;

/** For lists sent by POST: `body: z.strictObject({ ...pageBody, … })`. */
export const pageBody = {
  page: z.int().min(1).max(MAX_PAGE).default(1).meta({ description: pageDescription }),
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).meta({ description: limitDescription }),
};

/** For lists sent by GET, where numbers arrive as text: `query: z.strictObject({ ...pageQuery, … })`. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).max(MAX_PAGE).default(1).meta({ description: pageDescription }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_LIMIT)
    .default(DEFAULT_LIMIT)
    .meta({ description: limitDescription }),
};

/** What every paged list answers beside its rows: `response: z.object({ …, ...pageAnswer })`. */
export const pageAnswer = {
  total: z.int().min(0).meta({ description: 'Rows in the whole list.' }),
  pages: z.int().min(0).meta({ description: 'Pages in the whole list at this limit; 0 for an empty list.' }),
  current_page: z.int().min(1),
  limit: z.int().min(1).max(MAX_LIMIT),
};

/** The further field of lists that also take a `cursor`. */
export const nextCursorAnswer = {
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Send as `cursor` for the rows that follow; null at the end.' }),
};

export type Page = { page: number; limit: number };

/** Rows to leave out before the page begins. */
export const pageOffset = ({ page, limit }: Page): number => (page - 1) * limit;

/** The values of `pageAnswer`. `total` comes from a kept counter where the list can be long, never from count(*). */
export const pageFields = ({ page, limit }: Page, total: number) => ({
  total,
  pages: Math.ceil(total / limit),
  current_page: page,
  limit,
});

/** The sort values of the last row seen, in the order of the sort. */
export type CursorValues = readonly (string | number | boolean | null)[];

/** The opaque text of a cursor: base64url (RFC 4648 §5) of the JSON of its values. */
export const encodeCursor = (values: CursorValues): string =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/**
 * The field `cursor` of a list: takes what `encodeCursor` made, gives the values back.
 * `cursor: cursorField(z.tuple([z.iso.datetime(), z.uuid()])).optional()`
 */
export const cursorField = <Values extends z.ZodType<CursorValues>>(values: Values) =>
  z
    .string()
    .max(2_000)
    .transform((text, context): z.output<Values> => {
      const parsed = values.safeParse(decodeJson(text));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'cursor is not one that this list answered' });
      return z.NEVER;
    })
    .meta({ description: 'From `next_cursor` of the answer before.' });

const decodeJson = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
};
