// When two requests are the same one, told by their hash.
import { describe, expect, test } from 'vitest';
import { hashRequest } from './idempotency.ts';

describe('the hash of a request', () => {
  test('is the same for the same fields in another order, at any depth, and for nothing else', () => {
    const hash = (value: unknown) => hashRequest(value).toString('hex');
    expect(hash({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(hash({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }));
    const others = [
      { a: 1 },
      { a: '1' },
      { a: [1] },
      { a: null },
      {},
      { a: [1, 2] },
      { a: [2, 1] },
      [],
      { b: 1 },
    ];
    expect(new Set(others.map(hash)).size).toBe(others.length);
  });
});
