// Limits responses per network, so that forged queries cannot turn the server against the network they name.

import { isIPv4 } from 'node:net';

export type ResponseRate = {
  /** UDP responses per second to one /24 (IPv4) or /56 (IPv6). */
  perSecond: number;
  /** How many may come at once after silence. */
  burst: number;
  /** Every n-th response over the limit is sent truncated: a real resolver then asks over TCP. 0: none. */
  slip: number;
  /** Whether loopback addresses are limited too. Default false. */
  loopback?: boolean;
};

/**
 * Far above what a busy resolver asks of one server, far below what makes an attack worth it: at 1232 bytes, 4 Mbit/s
 * at most.
 */
export const DEFAULT_RESPONSE_RATE: ResponseRate = { perSecond: 400, burst: 800, slip: 2 };

export type Verdict = 'answer' | 'truncate' | 'drop';

type Bucket = { tokens: number; filledAtMs: number; overLimit: number };

const MAX_NETWORKS = 50_000;

/** A token bucket per network. */
export class ResponseRateLimit {
  readonly #rate: ResponseRate;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: ResponseRate = DEFAULT_RESPONSE_RATE) {
    this.#rate = rate;
  }

  /** @param nowMs any clock that does not go back */
  judge(address: string, nowMs: number): Verdict {
    if (!this.#rate.loopback && isLoopback(address)) return 'answer';
    const bucket = this.#bucketOf(networkOf(address), nowMs);
    const elapsedS = (nowMs - bucket.filledAtMs) / 1000;
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + elapsedS * this.#rate.perSecond);
    bucket.filledAtMs = nowMs;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 'answer';
    }
    bucket.overLimit += 1;
    return this.#rate.slip > 0 && bucket.overLimit % this.#rate.slip === 0 ? 'truncate' : 'drop';
  }

  #bucketOf(network: string, nowMs: number): Bucket {
    const known = this.#buckets.get(network);
    if (known) return known;
    if (this.#buckets.size >= MAX_NETWORKS) this.#buckets.delete(this.#buckets.keys().next().value!);
    const bucket = { tokens: this.#rate.burst, filledAtMs: nowMs, overLimit: 0 };
    this.#buckets.set(network, bucket);
    return bucket;
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || mappedIpv4(address)?.startsWith('127.') === true;
}

/** The IPv4 address of a socket's peer; a socket for both families shows it as `::ffff:192.0.2.1`. */
function mappedIpv4(address: string): string | undefined {
  const text = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return isIPv4(text) ? text : undefined;
}

/** The /24 or /56 an address is in. */
export function networkOf(address: string): string {
  const ipv4 = mappedIpv4(address);
  if (ipv4) return ipv4.slice(0, ipv4.lastIndexOf('.'));
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(0, zeros)).fill('0'), ...back].slice(0, 4);
  return groups
    .map((group, index) => (Number.parseInt(group, 16) & (index === 3 ? 0xff00 : 0xffff)).toString(16))
    .join(':');
}
