// What happens after a step failed: one table for every step of every workflow, and the waits between.
import type { FailureKind, StepFailure } from './failure.ts';

/**
 * - `repeat`: run the step again with the same key, until it has failed `attempts` times in this way
 * - `ask`: never run it again before `findOutcome` said that it did not happen; ask as often as it takes
 * - `stop`: the answer will not change; the workflow fails
 */
type Rule =
  | { readonly move: 'stop' }
  | ({ readonly move: 'repeat'; readonly attempts: number } & Waits)
  | ({ readonly move: 'ask' } & Waits);

/** The n-th wait is `firstWaitMs · factor^(n-1)`, at most `longestWaitMs`. */
type Waits = { readonly firstWaitMs: number; readonly factor: number; readonly longestWaitMs: number };

export const retryPolicy: { readonly [kind in FailureKind | 'unexpected']: Rule } = {
  // About two hours in all: the usual outage of a vendor passes without a customer noticing.
  transient: { move: 'repeat', attempts: 30, firstWaitMs: 500, factor: 2, longestWaitMs: 300_000 },
  // Waits at least as long as the vendor said.
  rateLimited: { move: 'repeat', attempts: 100, firstWaitMs: 5_000, factor: 1.5, longestWaitMs: 300_000 },
  outcomeUnknown: { move: 'ask', firstWaitMs: 1_000, factor: 2, longestWaitMs: 900_000 },
  rejected: { move: 'stop' },
  insufficientFunds: { move: 'stop' },
  notFound: { move: 'stop' },
  conflict: { move: 'stop' },
  unauthorized: { move: 'stop' },
  // A bug does not go away by itself, a database that restarts does: about a minute.
  unexpected: { move: 'repeat', attempts: 6, firstWaitMs: 500, factor: 3, longestWaitMs: 60_000 },
};

/** `askThenStop` asks whether the last attempt acted before it gives up, so that nothing bought is forgotten. */
export type Next = 'repeat' | 'ask' | 'askThenStop' | 'stop';

/**
 * Looks a failure up in the table.
 *
 * @param nth how often this step has failed in this way, this time included
 * @param canAsk whether the step has a `findOutcome`
 * @param wayBack whether this gives back what a failed workflow took. That is repeated without end, because nobody
 *   would come after it; only an answer that will not change stops it.
 */
export const afterFailure = (
  failure: StepFailure,
  nth: number,
  canAsk: boolean,
  random: () => number = Math.random,
  wayBack = false,
): { next: Next; waitMs: number } => {
  const rule = retryPolicy[failure.kind];
  if (rule.move === 'stop') return { next: 'stop', waitMs: 0 };
  const waitMs = jittered(rule, nth, failure.retryAfterMs, random);
  // Without a way to ask, repeating would be blind.
  if (rule.move === 'ask') return canAsk ? { next: 'ask', waitMs } : { next: 'stop', waitMs: 0 };
  // An exception nobody declared may have come after the call to the outside had acted.
  const mayHaveActed = canAsk && failure.kind === 'unexpected';
  if (nth >= rule.attempts && !wayBack)
    return mayHaveActed ? { next: 'askThenStop', waitMs } : { next: 'stop', waitMs: 0 };
  return { next: mayHaveActed ? 'ask' : 'repeat', waitMs };
};

// Half of each wait is random, so that many workflows that failed together do not come back together.
const jittered = (waits: Waits, nth: number, atLeastMs: number | undefined, random: () => number): number => {
  if (atLeastMs !== undefined) return Math.round(atLeastMs * (1 + random() / 4));
  const fullMs = Math.min(waits.firstWaitMs * waits.factor ** (nth - 1), waits.longestWaitMs);
  return Math.round(fullMs * (0.5 + random() / 2));
};
