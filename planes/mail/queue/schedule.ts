/** When delivery is tried again after a temporary failure. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
// Quick at first, for greylisting and restarts, then ever more patient (RFC 5321 §4.5.4.1). The last one repeats.
const DELAYS_MS = [
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  1 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];

/** Mail that could not be delivered this long after it was accepted goes back to its sender. */
export const LIFETIME_MS = 48 * HOUR_MS;

/**
 * When to try after `attempts` failed ones, the latest of which ended at `now`.
 *
 * @returns null when the time is up. The last try is exactly at the end of the lifetime.
 */
export function nextAttemptAt(attempts: number, acceptedAt: Date, now: Date): Date | null {
  const endMs = acceptedAt.getTime() + LIFETIME_MS;
  if (now.getTime() >= endMs) return null;
  const delayMs = DELAYS_MS[Math.min(attempts, DELAYS_MS.length) - 1] ?? MINUTE_MS;
  return new Date(Math.min(now.getTime() + delayMs, endMs));
}
