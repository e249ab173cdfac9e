// How many lines any range of a message has, without reading it again for each of many nested parts.
import type { ByteRange } from './header-fields.ts';

/** Line breaks before the start of every block of `blockBytes`. */
export type LineCounts = Uint32Array;

const blockBytes = 4096;
const LF = 10;

export const lineCounts = (raw: Buffer): LineCounts => {
  const counts = new Uint32Array(Math.floor(raw.length / blockBytes) + 1);
  let lines = 0;
  for (let index = 0; index < raw.length; index++) {
    if (index % blockBytes === 0) counts[index / blockBytes] = lines;
    if (raw[index] === LF) lines++;
  }
  if (raw.length % blockBytes === 0) counts[raw.length / blockBytes] = lines;
  return counts;
};

/** Line breaks within `range` of the message that `counts` were made of. */
export const countLines = (counts: LineCounts, raw: Buffer, [start, end]: ByteRange): number =>
  linesBefore(counts, raw, end) - linesBefore(counts, raw, start);

const linesBefore = (counts: LineCounts, raw: Buffer, position: number): number => {
  const block = Math.floor(position / blockBytes);
  let lines = counts[block]!;
  for (let index = block * blockBytes; index < position; index++) if (raw[index] === LF) lines++;
  return lines;
};
