// What an answer means, and when a delivery is tried again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GIVE_UP_AFTER_MS, holdUntil, judge, nextDueAt } from './retry.ts';

const start = new Date('2026-11-01T00:00:00.000Z');
const HOUR_MS = 60 * 60_000;

/** The times of every attempt at a delivery that never succeeds, in ms after its creation. */
const attemptTimes = (status: number | null, random: number): number[] => {
  const times: number[] = [];
  let now = start;
  for (let attempts = 1; ; attempts += 1) {
    times.push(now.getTime() - start.getTime());
    const result = judge(status);
    if (result.result !== 'refused' && result.result !== 'unavailable') return times;
    const due = nextDueAt(result, { attempts, createdAt: start, now }, random);
    if (!due) return times;
    now = due;
  }
};

describe('a delivery', () => {
  test.each([null, 500, 502, 503, 408, 409, 425, 429])(
    'is tried over about a day while the receiver cannot answer (%s), growing apart',
    (status) => {
      const times = attemptTimes(status, 0.5);
      expect(times.length).toBeGreaterThan(10);
      expect(times.at(-1)! / HOUR_MS).toBeGreaterThan(20);
      expect(times.at(-1)! / HOUR_MS).toBeLessThan(30);
      const waits = times.slice(1).map((time, index) => time - times[index]!);
      expect(waits).toEqual([...waits].sort((a, b) => a - b));
    },
  );

  test.each([400, 401, 403, 404, 422, 301, 302])(
    'that the receiver refuses (%s) is tried again, but fewer times',
    (status) => {
      const times = attemptTimes(status, 0.5);
      expect(times).toHaveLength(4);
    },
  );

  test('is never tried again once a day has passed', () => {
    const now = new Date(start.getTime() + GIVE_UP_AFTER_MS);
    expect(nextDueAt({ result: 'unavailable' }, { attempts: 1, createdAt: start, now }, 0.5)).toBeNull();
  });

  test('waits as long as the receiver asks, up to an hour', () => {
    const due = (retryAfter: string) => {
      const result = judge(429, retryAfter);
      if (result.result !== 'unavailable') throw new Error(result.result);
      const at = nextDueAt(result, { attempts: 1, createdAt: start, now: start }, 0.5);
      return at!.getTime() - start.getTime();
    };
    expect(due('120')).toBe(120_000);
    expect(due('86400')).toBe(HOUR_MS);
    expect(due('soon')).toBe(5_000);
    expect(due('-5')).toBe(5_000);
  });

  test('those that failed together do not come back together, and none comes back in the past', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (random, attempts) => {
          const due = nextDueAt(
            { result: 'unavailable' },
            { attempts, createdAt: start, now: start },
            random,
          );
          expect(due!.getTime()).toBeGreaterThan(start.getTime());
        },
      ),
    );
    const dues = [0, 0.5, 1].map((random) =>
      nextDueAt({ result: 'unavailable' }, { attempts: 5, createdAt: start, now: start }, random)!.getTime(),
    );
    expect(new Set(dues).size).toBe(3);
  });
});

test('an endpoint that does not answer is left alone for longer and longer, up to ten minutes', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 100].map(
    (times) => holdUntil(times, start).getTime() - start.getTime(),
  );
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(10 * 60_000);
});

test('any 2xx is a delivery, and 410 says to stop', () => {
  expect([200, 201, 202, 204, 299].map((status) => judge(status).result)).toEqual(Array(5).fill('delivered'));
  expect(judge(410).result).toBe('gone');
});
