// Sets of message numbers and UIDs (RFC 9051 §9: sequence-set).
import { normalizedRanges, type UidRange } from '../store/uid-ranges.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';

/** `*` is the last message, whatever its number. */
export type SetNumber = number | '*';

export type SequenceSet = readonly [from: SetNumber, to: SetNumber][];

const setPattern = /(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*/y;

/** `$` is what the last search saved (RFC 5182 §2.1). */
export type MessageSet = SequenceSet | '$';

export const readMessageSet = (parser: CommandParser): MessageSet =>
  parser.take('$') ? '$' : readSequenceSet(parser);

export const readSequenceSet = (parser: CommandParser): SequenceSet => {
  const [text] = parser.matching(setPattern, 'a message set');
  return text.split(',').map((part) => {
    const [from, to = from] = part.split(':').map(readSetNumber) as [SetNumber, SetNumber?];
    return [from, to];
  });
};

const readSetNumber = (text: string): SetNumber => {
  if (text === '*') return '*';
  const value = Number(text);
  if (value < 1 || value > 0xffffffff) throw new BadCommand('Message numbers are between 1 and 4294967295');
  return value;
};

/** The ranges of a set where `*` is `last`. `3:*` with a last of 2 is 2:3 (RFC 9051 §9, seq-range). */
export const setRanges = (set: SequenceSet, last: number): UidRange[] => {
  const resolved = (value: SetNumber) => (value === '*' ? last : value);
  return normalizedRanges(set.map(([from, to]): UidRange => [resolved(from), resolved(to)]));
};

/** The shortest set of ascending numbers: `1:3,5`. */
export const formatSet = (numbers: readonly number[]): string => {
  const parts: string[] = [];
  for (let index = 0; index < numbers.length; ) {
    const first = numbers[index]!;
    let last = first;
    while (++index < numbers.length && numbers[index] === last + 1) last++;
    parts.push(first === last ? `${first}` : `${first}:${last}`);
  }
  return parts.join(',');
};

/** Ascending numbers as ranges. */
export const rangesOf = (numbers: readonly number[]): UidRange[] => {
  const ranges: UidRange[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
};
