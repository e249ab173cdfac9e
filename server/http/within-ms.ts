// A deadline on work that cannot be cancelled.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Settles like `work`, or rejects with `late()` when that takes longer than `ms` of real time. The work itself goes
 * on.
 */
export const withinMs = async <T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> => {
  const done = new AbortController();
  const deadline = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw late();
  });
  deadline.catch(() => {});
  try {
    return await Promise.race([work, deadline]);
  } finally {
    done.abort();
  }
};
