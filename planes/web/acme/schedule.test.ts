// How patient the plane is with an authority.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS, nextAttemptAt, pauseMs, renewAt } from './schedule.ts';

const HOUR_MS = 60 * 60_000;
const start = new Date('2026-01-01T00:00:00Z');

describe('a host that fails again and again', () => {
  test('is tried at most four times in any hour, and in the end once a day', () => {
    const attempts = [start];
    while (attempts.length < 20) attempts.push(nextAttemptAt(attempts.length, attempts.at(-1)!));
    for (const attempt of attempts) {
      const within = attempts.filter((other) => other >= attempt && +other < +attempt + HOUR_MS);
      expect(within.length).toBeLessThanOrEqual(4);
    }
    expect(+attempts[19]! - +attempts[18]!).toBe(24 * HOUR_MS);
  });
});

describe('an authority that is away', () => {
  test('is asked less and less often, but at least every half hour', () => {
    const pauses = Array.from({ length: 40 }, (_, index) => pauseMs(index + 1));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBe(60_000);
    expect(pauses[39]).toBe(HOUR_MS / 2);
  });
});

describe('a renewal', () => {
  test('is due at two thirds of the life of the certificate', () => {
    const certificate = { notBefore: start, notAfter: new Date(+start + 90 * 24 * HOUR_MS) };
    expect(renewAt(certificate, start)).toEqual(new Date(+start + 60 * 24 * HOUR_MS));
  });

  test('never comes within an hour, whatever the clocks say', () => {
    const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') });
    fc.assert(
      fc.property(time, time, time, (notBefore, notAfter, now) => {
        expect(+renewAt({ notBefore, notAfter }, now)).toBeGreaterThanOrEqual(+now + HOUR_MS);
      }),
    );
  });
});

test('the limits leave something of what Let’s Encrypt allows', () => {
  expect(LIMITS.orders.most / (LIMITS.orders.windowMs / HOUR_MS)).toBeLessThan(300 / 3);
  expect(LIMITS.sameName.most).toBeLessThan(5);
});
