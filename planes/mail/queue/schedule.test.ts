// Proves the retry times to the minute.
import { describe, expect, it } from 'vitest';
import { LIFETIME_MS, nextAttemptAt } from './schedule.ts';

const HOUR_MS = 3_600_000;
const acceptedAt = new Date('2026-01-01T00:00:00Z');

/** The times of all attempts, in minutes after acceptance, when every one fails at once. */
const attemptMinutes = (): number[] => {
  const minutes: number[] = [];
  for (let at: Date | null = acceptedAt; at; at = nextAttemptAt(minutes.length, acceptedAt, at)) {
    minutes.push((at.getTime() - acceptedAt.getTime()) / 60_000);
  }
  return minutes;
};

describe('retry schedule', () => {
  it('waits 1m, 5m, 15m, 1h, 3h, 6h, then 12h each, and tries for the last time at 48 h', () => {
    expect(attemptMinutes()).toEqual([0, 1, 6, 21, 81, 261, 621, 1341, 2061, 2781, 2880]);
  });

  it('gives up on mail that fails when its time is over', () => {
    expect(nextAttemptAt(3, acceptedAt, new Date(acceptedAt.getTime() + LIFETIME_MS))).toBeNull();
    expect(nextAttemptAt(1, acceptedAt, new Date(acceptedAt.getTime() + 72 * HOUR_MS))).toBeNull();
  });
});
