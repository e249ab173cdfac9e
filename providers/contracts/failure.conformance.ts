// What the conformance suites share: how a case waits for a failure, and how it lets a vendor take its time.
import { type Failure, ProviderFailure } from './failure.ts';

/** The failure a call ended with. A call that succeeds, or throws anything but a `ProviderFailure`, fails the case. */
export const failureOf = async (call: Promise<unknown>): Promise<Failure> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof ProviderFailure) return error.failure;
    throw new Error(`a provider may throw nothing but ProviderFailure, and threw ${error}`, { cause: error });
  }
  throw new Error('the call succeeded where it had to fail');
};

/** Splits what came of several calls into values and failures, whichever way each of them ended. */
export const outcomesOf = async <T>(calls: Promise<T>[]): Promise<{ values: T[]; failures: Failure[] }> => {
  const settled = await Promise.allSettled(calls);
  const values = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = await Promise.all(
    settled.flatMap((outcome) =>
      outcome.status === 'rejected' ? [failureOf(Promise.reject(outcome.reason))] : [],
    ),
  );
  return { values, failures };
};
