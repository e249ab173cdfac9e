// Whether this process should get requests: asked by load balancers at `/readyz`.
import { sql } from 'kysely';
import type { Db } from '../../database/database.ts';
import type { Log } from './pipeline.ts';
import { withinMs } from './within-ms.ts';

/** One part that must work. `check` rejects when it does not. */
export type ReadyCheck = { name: string; check(): Promise<void> };

export type Readiness = { ready: boolean; parts: Record<string, 'ready' | 'not ready'> };

/** Real time: whoever asks has a deadline of its own. */
const LONGEST_CHECK_MS = 5_000;

const noAnswer = () => new Error(`no answer within ${LONGEST_CHECK_MS} ms`);

/** Runs all checks at once. Why one failed goes to the log, not to a stranger. */
export const checkReadiness = async (checks: readonly ReadyCheck[], log: Log): Promise<Readiness> => {
  const parts: Readiness['parts'] = {};
  await Promise.all(
    checks.map(async ({ name, check }) => {
      try {
        await withinMs(LONGEST_CHECK_MS, check(), noAnswer);
        parts[name] = 'ready';
      } catch (error) {
        parts[name] = 'not ready';
        log.warn({ err: error, part: name }, 'not ready');
      }
    }),
  );
  return { ready: Object.values(parts).every((state) => state === 'ready'), parts };
};

/** The database answers. */
export const databaseCheck = (db: Db): ReadyCheck => ({
  name: 'database',
  async check() {
    await sql`select 1`.execute(db);
  },
});
