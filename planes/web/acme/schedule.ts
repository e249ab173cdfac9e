// When a certificate is tried again and when it is renewed, and how much is asked of an authority.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What Let's Encrypt allows (its page "Rate Limits", 2025-06), each with something left over: 300 new orders of an
 * account in three hours, five certificates for the same names in seven days. Other authorities are not stricter.
 */
export const LIMITS = {
  orders: { most: 280, windowMs: 3 * HOUR_MS },
  sameName: { most: 4, windowMs: 7 * DAY_MS },
};

/** Waits after the first, second, … failure in a row. Five failed validations of a host in an hour are its limit. */
const WAITS_MS = [1 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS];

/** When to try again after `failures` failures in a row, at least one. */
export const nextAttemptAt = (failures: number, now: Date): Date =>
  new Date(now.getTime() + (WAITS_MS[failures - 1] ?? DAY_MS));

/** How long nothing is asked of an authority that was away `failures` times in a row, at least once. */
export const pauseMs = (failures: number): number =>
  Math.min(MINUTE_MS * 2 ** Math.min(failures - 1, 10), 30 * MINUTE_MS);

/** How long nothing is asked of an authority that wants less; what it said is for the host that it said it to. */
export const busyPauseMs = (retryAfterMs: number): number =>
  Math.min(Math.max(retryAfterMs, MINUTE_MS), 5 * MINUTE_MS);

/**
 * At two thirds of its life, as Let's Encrypt recommends ("Integration Guide"). Never within an hour: a clock that
 * is wrong, here or there, must not make orders without end.
 */
export const renewAt = ({ notBefore, notAfter }: { notBefore: Date; notAfter: Date }, now: Date): Date => {
  const dueMs = notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
  return new Date(Math.max(Math.round(dueMs), now.getTime() + HOUR_MS));
};
