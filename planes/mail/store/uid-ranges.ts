// Sets of UIDs as ranges, in memory and in SQL.
import { type RawBuilder, sql } from 'kysely';

/** Both ends included. Sets of them are sorted and do not overlap. */
export type UidRange = [low: number, high: number];

/** Sorts ranges and joins those that touch. */
export const normalizedRanges = (ranges: readonly UidRange[]): UidRange[] => {
  const sorted = ranges.map(([a, b]): UidRange => (a <= b ? [a, b] : [b, a])).sort((a, b) => a[0] - b[0]);
  const joined: UidRange[] = [];
  for (const [low, high] of sorted) {
    const last = joined.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
};

/**
 * Whether `m`, a row of mail.message, is in the folder and in the ranges. The outer bounds are what the primary key
 * is searched by; a multirange then answers in logarithmic time however many ranges there are. (Joining a list of
 * ranges leaves the planner a choice that it gets wrong for folders it has no statistics of yet.)
 */
export const inRanges = (folderId: string, ranges: readonly UidRange[]): RawBuilder<unknown> => {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (!first || !last) return sql`false`;
  const bounds = sql`m.folder_id = ${folderId} and m.uid between ${first[0]} and ${last[1]}`;
  return ranges.length === 1 ? bounds : sql`${bounds} and m.uid <@ ${multirange(ranges)}::int8multirange`;
};

/** The text form of an int8multirange. */
export const multirange = (ranges: readonly UidRange[]): string =>
  `{${ranges.map(([low, high]) => `[${low},${high}]`).join(',')}}`;
