// When a signing key comes, signs, and goes.
import { expect, test } from 'vitest';
import { rotationOf } from './keys.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const key = (name: string, day: number) => ({ name, createdAt: new Date(day * DAY_MS) });
const at = (keys: ReturnType<typeof key>[], day: number) => {
  const { signing, over, newIsDue } = rotationOf(keys, day * DAY_MS, 90 * DAY_MS);
  return { signing: signing?.name, over: over.map(({ name }) => name), newIsDue };
};

test('the first key signs at once, and a new one is due after its time', () => {
  expect(at([], 0)).toEqual({ signing: undefined, over: [], newIsDue: true });
  expect(at([key('a', 0)], 0)).toEqual({ signing: 'a', over: [], newIsDue: false });
  expect(at([key('a', 0)], 90).newIsDue).toBe(true);
});

test('a new key signs a day after it was shown, and the old one is shown for a day more', () => {
  const keys = [key('a', 0), key('b', 90)];
  expect(at(keys, 90.9)).toEqual({ signing: 'a', over: [], newIsDue: false });
  expect(at(keys, 91)).toEqual({ signing: 'b', over: [], newIsDue: false });
  expect(at(keys, 91.9).over).toEqual([]);
  expect(at(keys, 92)).toEqual({ signing: 'b', over: ['a'], newIsDue: false });
});

test('after a long sleep the newest signs, and nothing goes that may still be checked', () => {
  expect(at([key('a', 0), key('b', 90), key('c', 180)], 400)).toEqual({
    ...{ signing: 'c', over: ['a', 'b'], newIsDue: true },
  });
});
