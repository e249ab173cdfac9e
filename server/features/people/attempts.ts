// Slows guessing down, across all processes. Every attempt counts as wrong until it was right, so that attempts at the
// same moment do not get around the count. Every statement on sign_in_attempt.
import { sql } from 'kysely';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { signInSlowed } from './errors.ts';

const FREE = 5;
const LONGEST_WAIT_S = 15 * 60;
const FORGET_AFTER_MS = 60 * 60_000;

type Deps = { db: Db; clock: Clock };

/**
 * Counts one attempt under `key`. From the sixth wrong one on each doubles the wait before the next.
 *
 * @throws {ApiError} `sign_in_slowed`
 */
export const takeAttempt = async ({ db, clock }: Deps, key: string): Promise<void> => {
  const now = clock.now();
  const old = new Date(now.getTime() - FORGET_AFTER_MS);
  const { rows } = await sql<{ next_at: Date }>`
    insert into sign_in_attempt as attempt (key, failures, last_at, next_at) values (${key}, 1, ${now}, ${now})
    on conflict (key) do update set
      failures = case when attempt.last_at < ${old} then 1 else attempt.failures + 1 end,
      last_at = ${now},
      next_at = case when attempt.last_at < ${old} or attempt.failures < ${FREE} then ${now}
        else ${now}::timestamptz
          + make_interval(secs => least(power(2, least(attempt.failures - ${FREE} + 1, 20)), ${LONGEST_WAIT_S})) end
    where attempt.next_at <= ${now} or attempt.last_at < ${old}
    returning next_at
  `.execute(db);
  if (rows.length > 0) return;
  const row = await db
    .selectFrom('sign_in_attempt')
    .select('next_at')
    .where('key', '=', key)
    .executeTakeFirst();
  const waitMs = (row?.next_at ?? now).getTime() - now.getTime();
  const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
  throw signInSlowed(
    `Too many attempts. Try again in ${retryAfterS} seconds`,
    { retry_after: retryAfterS },
    { 'Retry-After': String(retryAfterS) },
  );
};

/** The attempt was right: what went before it is forgiven. */
export const forgiveAttempts = async ({ db }: Deps, key: string): Promise<void> => {
  await db.deleteFrom('sign_in_attempt').where('key', '=', key).execute();
};

/** @returns how many */
export const attemptsForget = async ({ db, clock }: Deps): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('sign_in_attempt')
    .where('last_at', '<', new Date(clock.now().getTime() - FORGET_AFTER_MS))
    .executeTakeFirst();
  return Number(numDeletedRows);
};
