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

/** The rows of mail.message with these UIDs, as a subquery; each one once. */
export const messagesInRanges = (folderId: string, ranges: readonly UidRange[]): RawBuilder<unknown> => {
  const [lows, highs] = [ranges.map(([low]) => low), ranges.map(([, high]) => high)];
  return sql`(
    select m.* from unnest(${lows}::bigint[], ${highs}::bigint[]) as r (low, high)
    join mail.message m on m.folder_id = ${folderId} and m.uid between r.low and r.high)`;
};
