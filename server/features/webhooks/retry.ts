// When a delivery that failed is tried again, and when it is given up.

const S = 1_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;

/** A receiver that is away or overloaded: tried again over a day, the last of these waits until it is over. */
const unavailableWaits = [5 * S, 30 * S, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];
/** A receiver that answers and refuses: a mistake that somebody may mend, but not by asking often. */
const refusedWaits = [30 * S, 10 * MINUTE, 2 * HOUR];
/** While an endpoint does not answer, one delivery at a time finds out whether it is back. */
const holdWaits = [0, 5 * S, 30 * S, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE];

export const GIVE_UP_AFTER_MS = 24 * HOUR;
/** An endpoint at which nothing succeeded for so long is disabled. */
export const DISABLE_AFTER_MS = 3 * 24 * HOUR;
const LONGEST_RETRY_AFTER_MS = HOUR;

export type AttemptResult =
  | { result: 'delivered' }
  /** Says to stop: 410. */
  | { result: 'gone' }
  | { result: 'refused' | 'unavailable'; retryAfterMs?: number };

/** The statuses of a receiver that cannot answer now (RFC 9110 §15.5.9, §15.5.10; RFC 6585 §4), beside 5xx. */
const unavailableStatuses = new Set([408, 409, 425, 429]);

/** `null`: no answer came. */
export const judge = (status: number | null, retryAfter?: string): AttemptResult => {
  if (status === null) return { result: 'unavailable' };
  if (status >= 200 && status < 300) return { result: 'delivered' };
  if (status === 410) return { result: 'gone' };
  if (status < 500 && !unavailableStatuses.has(status)) return { result: 'refused' };
  const seconds = Number(retryAfter);
  if (retryAfter === undefined || !Number.isFinite(seconds) || seconds <= 0) return { result: 'unavailable' };
  return { result: 'unavailable', retryAfterMs: Math.min(seconds * S, LONGEST_RETRY_AFTER_MS) };
};

/** Spreads those that failed together, by up to a fifth either way. */
const spread = (ms: number, random: number): number => Math.round(ms * (0.8 + 0.4 * random));

/**
 * When the delivery is due again after its attempt number `attempts` failed; null when it is given up.
 *
 * @param random from 0 to 1
 */
export const nextDueAt = (
  result: Extract<AttemptResult, { result: 'refused' | 'unavailable' }>,
  { attempts, createdAt, now }: { attempts: number; createdAt: Date; now: Date },
  random: number,
): Date | null => {
  const wait =
    result.result === 'refused'
      ? refusedWaits[attempts - 1]
      : unavailableWaits[Math.min(attempts, unavailableWaits.length) - 1];
  if (wait === undefined || now.getTime() - createdAt.getTime() >= GIVE_UP_AFTER_MS) return null;
  return new Date(now.getTime() + Math.max(spread(wait, random), result.retryAfterMs ?? 0));
};

/** Until when an endpoint is left alone that could not be reached `times` in a row. */
export const holdUntil = (times: number, now: Date): Date =>
  new Date(now.getTime() + holdWaits[Math.min(times, holdWaits.length) - 1]!);
