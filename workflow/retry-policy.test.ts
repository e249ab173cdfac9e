// The table of retries, kind by kind.
import { describe, expect, test } from 'vitest';
import { Failed, type FailureKind, failureOf } from './failure.ts';
import { afterFailure, retryPolicy } from './retry-policy.ts';

const failure = (kind: FailureKind | 'unexpected', retryAfterMs?: number) => ({
  kind,
  message: 'm',
  retryAfterMs,
});
const middle = () => 0.5;

describe('the retry policy', () => {
  test.each(['rejected', 'insufficientFunds', 'notFound', 'conflict', 'unauthorized'] as const)(
    'never repeats after %s',
    (kind) => {
      expect(afterFailure(failure(kind), 1, true)).toEqual({ next: 'stop', waitMs: 0 });
    },
  );

  test('repeats after transient failures, waiting longer each time up to a limit, and then stops', () => {
    const waits = Array.from({ length: 29 }, (_, nth) =>
      afterFailure(failure('transient'), nth + 1, false, middle),
    );
    expect(waits.every(({ next }) => next === 'repeat')).toBe(true);
    expect(waits.slice(0, 4).map(({ waitMs }) => waitMs)).toEqual([375, 750, 1500, 3000]);
    expect(waits.at(-1)?.waitMs).toBe(225_000);
    expect(afterFailure(failure('transient'), 30, false).next).toBe('stop');
  });

  test('waits at least as long as the vendor said after rateLimited', () => {
    for (const random of [0, 0.5, 0.99]) {
      const { next, waitMs } = afterFailure(failure('rateLimited', 90_000), 1, false, () => random);
      expect(next).toBe('repeat');
      expect(waitMs).toBeGreaterThanOrEqual(90_000);
    }
  });

  test('asks after an unknown outcome however often it stays unknown, and stops where there is no way to ask', () => {
    expect(afterFailure(failure('outcomeUnknown'), 1, true).next).toBe('ask');
    expect(afterFailure(failure('outcomeUnknown'), 10_000, true).next).toBe('ask');
    expect(afterFailure(failure('outcomeUnknown'), 1, false).next).toBe('stop');
  });

  test('gives an undeclared exception a few attempts, asking in between where it may have acted', () => {
    expect(afterFailure(failure('unexpected'), 1, false).next).toBe('repeat');
    expect(afterFailure(failure('unexpected'), 6, false).next).toBe('stop');
    expect(afterFailure(failure('unexpected'), 1, true).next).toBe('ask');
    expect(afterFailure(failure('unexpected'), 6, true).next).toBe('askThenStop');
  });

  test('parts workflows that failed together: half of each wait is random', () => {
    expect(afterFailure(failure('transient'), 3, false, () => 0).waitMs).toBe(1000);
    expect(afterFailure(failure('transient'), 3, false, () => 0.999999).waitMs).toBe(2000);
  });

  test('has a rule for each failure and no other', () => {
    expect(Object.keys(retryPolicy).sort()).toEqual(
      [
        'conflict',
        'insufficientFunds',
        'notFound',
        'outcomeUnknown',
        'rateLimited',
        'rejected',
        'transient',
        'unauthorized',
        'unexpected',
      ].sort(),
    );
  });
});

describe('what failure an error is', () => {
  test('is told by the shape it carries, whatever its class', () => {
    class VendorError extends Error {
      readonly failure = {
        kind: 'rateLimited',
        message: 'slow down',
        retryAfterMs: 7,
        reason: 'quota',
        secret: 'x',
      };
    }
    expect(failureOf(new VendorError('x'))).toEqual({
      kind: 'rateLimited',
      message: 'slow down',
      retryAfterMs: 7,
      reason: 'quota',
    });
    expect(failureOf(new Failed({ kind: 'rejected', message: 'no' }))).toEqual({
      kind: 'rejected',
      message: 'no',
    });
  });

  test('is unexpected for everything else', () => {
    expect(failureOf(new TypeError('x is undefined'))).toEqual({
      kind: 'unexpected',
      message: 'x is undefined',
    });
    expect(failureOf(Object.assign(new Error('m'), { failure: { kind: 'exploded' } })).kind).toBe(
      'unexpected',
    );
    expect(failureOf('text')).toEqual({ kind: 'unexpected', message: 'text' });
    expect(failureOf(null).kind).toBe('unexpected');
  });

  test('keeps a message short enough for a row', () => {
    expect(failureOf(new Error('x'.repeat(10_000))).message.length).toBe(501);
  });
});
