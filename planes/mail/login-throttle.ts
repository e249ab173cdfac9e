/** Slows down password guessing: attempts on one key wait for their turn, and each failure makes the turns longer. */
import { isIPv6 } from 'node:net';
import type { Clock } from '../../database/clock.ts';

const FORGET_AFTER_MS = 15 * 60 * 1000;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
// An attempt that would have to wait longer is refused at once: waiting costs a connection.
const LONGEST_WAIT_MS = 30_000;
const MAX_KEYS = 20_000;

/** What attempts are counted by, and how many failures are free before the first delay. */
export type ThrottleKey = { key: string; freeFailures: number };

type Counter = { failures: number; lastFailureMs: number; nextTurnMs: number };

export type LoginThrottle = {
  /** Waits for the turn of an attempt under all `keys`. False when the turn is too far away: refuse without looking. */
  admit(keys: ThrottleKey[]): Promise<boolean>;
  failed(keys: ThrottleKey[]): void;
  succeeded(keys: ThrottleKey[]): void;
};

/** A throttle in memory: each process of the mail role counts for itself. */
export function createLoginThrottle(clock: Clock): LoginThrottle {
  // Least recently used first, so that the bound on its size drops what matters least.
  const counters = new Map<string, Counter>();

  const current = (key: string, nowMs: number): Counter | undefined => {
    const counter = counters.get(key);
    if (!counter || nowMs - counter.lastFailureMs < FORGET_AFTER_MS) return counter;
    counters.delete(key);
    return undefined;
  };

  return {
    async admit(keys) {
      const nowMs = clock.now().getTime();
      const turnMs = Math.max(nowMs, ...keys.map(({ key }) => current(key, nowMs)?.nextTurnMs ?? 0));
      if (turnMs - nowMs > LONGEST_WAIT_MS) return false;
      for (const { key, freeFailures } of keys) {
        const counter = current(key, nowMs);
        // Reserved before the outcome is known, so that attempts in parallel wait for each other.
        if (counter) counter.nextTurnMs = turnMs + delayMs(counter.failures - freeFailures);
      }
      if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
      return true;
    },

    failed(keys) {
      const nowMs = clock.now().getTime();
      for (const { key, freeFailures } of keys) {
        const counter = current(key, nowMs) ?? { failures: 0, lastFailureMs: 0, nextTurnMs: 0 };
        counter.failures += 1;
        counter.lastFailureMs = nowMs;
        counter.nextTurnMs = Math.max(counter.nextTurnMs, nowMs + delayMs(counter.failures - freeFailures));
        counters.delete(key);
        counters.set(key, counter);
      }
      for (const key of counters.keys()) {
        if (counters.size <= MAX_KEYS) break;
        counters.delete(key);
      }
    },

    succeeded(keys) {
      for (const { key } of keys) counters.delete(key);
    },
  };
}

const delayMs = (excessFailures: number): number =>
  excessFailures < 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** excessFailures, LONGEST_DELAY_MS);

/** The network an address is counted under: /24 of IPv4, /64 of IPv6 (what one site usually gets). */
export function networkOf(remoteAddress: string): string {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
