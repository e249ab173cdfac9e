// The pieces that count: UID lists and message sets, against the plainest model of each.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizedRanges, type UidRange } from '../store/uid-ranges.ts';
import { CommandParser } from './parser.ts';
import { formatSet, rangesOf, readSequenceSet, setRanges } from './sequence-set.ts';
import { UidList } from './uid-list.ts';

const uid = fc.integer({ min: 1, max: 60 });
const uids = fc.uniqueArray(uid, { maxLength: 40 }).map((list) => list.sort((a, b) => a - b));
const ranges = fc
  .array(fc.tuple(uid, uid), { maxLength: 5 })
  .map((list) => normalizedRanges(list as UidRange[]));
const within = (set: readonly UidRange[], value: number) =>
  set.some(([low, high]) => value >= low && value <= high);

describe('UidList', () => {
  it('announces removals so that a client that applies them in order ends up with the same list', () => {
    fc.assert(
      fc.property(uids, fc.array(uid), (all, gone) => {
        const list = new UidList(all);
        const client = [...all];
        for (const sequence of list.remove(new Set(gone))) client.splice(sequence - 1, 1);
        const left = all.filter((known) => !gone.includes(known));
        expect(client).toEqual(left);
        expect([...list.inSequenceRanges([[1, 100]])]).toEqual(left);
      }),
    );
  });

  it('finds UIDs by number, by range, and numbers by UID', () => {
    fc.assert(
      fc.property(uids, ranges, (all, wanted) => {
        const list = new UidList(all);
        const found = all.filter((known) => within(wanted, known));
        expect([...list.inUidRanges(wanted)]).toEqual(found);
        expect(list.countWithin(wanted)).toBe(found.length);
        expect([...list.inSequenceRanges(wanted)]).toEqual(
          all.filter((_, index) => within(wanted, index + 1)),
        );
        for (let value = 0; value <= 61; value++) expect(list.sequenceOf(value)).toBe(all.indexOf(value) + 1);
      }),
    );
  });

  it('grows without losing what it holds', () => {
    const list = new UidList([]);
    for (let next = 1; next <= 1000; next += 10)
      list.append(Array.from({ length: 10 }, (_, index) => next + index));
    expect([list.length, list.lastUid, list.uidAt(500), list.sequenceOf(1000)]).toEqual([
      1000, 1000, 500, 1000,
    ]);
  });
});

describe('message sets', () => {
  it('come back as they were after formatting', () => {
    fc.assert(
      fc.property(uids, (numbers) => {
        if (numbers.length === 0) return;
        const set = readSequenceSet(new CommandParser([formatSet(numbers)]));
        expect(setRanges(set, 1000)).toEqual(rangesOf(numbers));
      }),
    );
  });

  it.each([
    ['3:1', 5, [[1, 3]]],
    ['*', 5, [[5, 5]]],
    ['*:4', 5, [[4, 5]]],
    ['7:*', 5, [[5, 7]]],
    [
      '1,3,2,8:9,9:10',
      20,
      [
        [1, 3],
        [8, 10],
      ],
    ],
  ] as const)('%s of %i messages', (text, last, expected) => {
    expect(setRanges(readSequenceSet(new CommandParser([text])), last)).toEqual(expected);
  });
});
