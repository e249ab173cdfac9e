// What every installation does now and then: forgets what has served its time, and folds counters together.
// Each task is one statement that any number of processes may run at once.
import type { Logger } from 'pino';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { domainCountsFold } from '../features/domains/index.ts';
import { mailboxCountsFold } from '../features/mailboxes/index.ts';
import { sweepIdempotencyKeys } from '../http/idempotency.ts';
import { type RateLimits, sweepRateLimits } from '../http/rate-limit.ts';

const EVERY_MS = 60_000;

export const keepHouse = (deps: {
  db: Db;
  clock: Clock;
  rateLimits: RateLimits;
  log: Logger;
}): { close(): Promise<void> } => {
  const { db, clock, rateLimits, log } = deps;
  const tasks: Record<string, () => Promise<unknown>> = {
    'fold domain counters': () => domainCountsFold(db),
    'fold mailbox counters': () => mailboxCountsFold(db),
    'forget idempotency keys': () => sweepIdempotencyKeys(db, clock),
    'forget rate limits': () => sweepRateLimits(db, clock, rateLimits),
  };
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(EVERY_MS, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      for (const [name, task] of Object.entries(tasks)) {
        await task().catch((error: Error) =>
          log.warn({ task: name, reason: error.message }, 'housekeeping failed'),
        );
      }
    }
  };
  const running = loop();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
};
