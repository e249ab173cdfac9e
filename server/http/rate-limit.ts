// Counts calls per API key and kind of operation, and says when it is enough.
//
// A window opens with the first call and closes a fixed time later; the next call opens another. Small limits guard
// something costly, so they hold across all processes: their counters are in the database, one statement per call.
// Large ones only guard the process itself and are counted in its memory.
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { RateLimitClass } from './endpoint.ts';

export type RateLimit = { calls: number; windowMs: number };
export type RateLimits = Record<RateLimitClass, RateLimit>;

/** The figures the reference API publishes; those of `dns_check` and `sign_in` are ours. */
export const defaultRateLimits: RateLimits = {
  standard: { calls: 5_000, windowMs: 60_000 },
  domain_search: { calls: 50, windowMs: 60_000 },
  dns_check: { calls: 60, windowMs: 60_000 },
  zone_connect: { calls: 10, windowMs: 300_000 },
  bulk: { calls: 10, windowMs: 60_000 },
  sign_in: { calls: 30, windowMs: 60_000 },
};

/** Limits up to this many calls hold across processes. */
const SHARED_UP_TO_CALLS = 100;

/** How many keys a process remembers before it looks for windows that have closed. */
const TIDY_AT_WINDOWS = 10_000;

export type Allowance = { allowed: boolean; limit: number; remaining: number; resetAt: Date };

/** Uses up one call of `keyId`: of a key, a person, or a network where nobody is signed in. */
export type TakeCall = (keyId: string, rateLimit: RateLimitClass) => Promise<Allowance>;

type Window = { startedAtMs: number; calls: number };

export const createRateLimiter = (db: Db, clock: Clock, limits: RateLimits): TakeCall => {
  const own = new Map<string, Window>();

  const countOwn = (keyId: string, rateLimit: RateLimitClass, { calls, windowMs }: RateLimit): Window => {
    const nowMs = clock.now().getTime();
    const name = `${rateLimit} ${keyId}`;
    let window = own.get(name);
    if (!window || closed(window, windowMs, nowMs)) {
      if (own.size >= TIDY_AT_WINDOWS) tidy(own, limits, nowMs);
      window = { startedAtMs: nowMs, calls: 0 };
      own.set(name, window);
    }
    window.calls = Math.min(window.calls, calls) + 1;
    return window;
  };

  return async (keyId, rateLimit) => {
    const limit = limits[rateLimit];
    const shared = limit.calls <= SHARED_UP_TO_CALLS;
    const window = shared
      ? await countShared(db, clock.now(), keyId, rateLimit, limit)
      : countOwn(keyId, rateLimit, limit);
    return {
      allowed: window.calls <= limit.calls,
      limit: limit.calls,
      remaining: Math.max(0, limit.calls - window.calls),
      resetAt: new Date(window.startedAtMs + limit.windowMs),
    };
  };
};

// A window that starts in the future was opened before the clock was set back; it must not last for ever.
const closed = (window: Window, windowMs: number, nowMs: number): boolean =>
  window.startedAtMs > nowMs || window.startedAtMs + windowMs <= nowMs;

const tidy = (windows: Map<string, Window>, limits: RateLimits, nowMs: number): void => {
  for (const [name, window] of windows) {
    const rateLimit = name.slice(0, name.indexOf(' ')) as RateLimitClass;
    if (closed(window, limits[rateLimit].windowMs, nowMs)) windows.delete(name);
  }
};

const countShared = async (
  db: Db,
  now: Date,
  keyId: string,
  rateLimit: RateLimitClass,
  { calls, windowMs }: RateLimit,
): Promise<Window> => {
  const oldest = new Date(now.getTime() - windowMs);
  // Counting stops one above the limit, so that no number of refused calls overflows the column. Another process's
  // clock may be a little ahead of ours: a window from the future counts as open, unless it is absurdly far ahead.
  const latest = new Date(now.getTime() + windowMs);
  const row = await db
    .insertInto('rate_limit_window')
    .values({ key_id: keyId, class: rateLimit, started_at: now, calls: 1 })
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'class']).doUpdateSet({
        started_at: sql`case when ${isOpen(oldest, latest)} then rate_limit_window.started_at else excluded.started_at end`,
        calls: sql`case when ${isOpen(oldest, latest)} then least(rate_limit_window.calls, ${calls}) + 1 else 1 end`,
      }),
    )
    .returning(['started_at', 'calls'])
    .executeTakeFirstOrThrow();
  return { startedAtMs: row.started_at.getTime(), calls: row.calls };
};

const isOpen = (oldest: Date, latest: Date) =>
  sql`rate_limit_window.started_at > ${oldest} and rate_limit_window.started_at < ${latest}`;

/** Removes windows that have closed. @returns how many */
export const sweepRateLimits = async (db: Db, clock: Clock, limits: RateLimits): Promise<number> => {
  const longestMs = Math.max(...Object.values(limits).map(({ windowMs }) => windowMs));
  const result = await db
    .deleteFrom('rate_limit_window')
    .where('started_at', '<', new Date(clock.now().getTime() - longestMs))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
};
