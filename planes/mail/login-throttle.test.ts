// Proves the delays on a clock that moves only when told.
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../database/clock.ts';
import { createLoginThrottle, networkOf } from './login-throttle.ts';

const KEYS = [{ key: 'address a@b.example', freeFailures: 2 }];

/** Milliseconds an attempt has to wait for its turn, or `refused`. */
const waitMs = async (clock: VirtualClock, admitted: Promise<boolean>): Promise<number | 'refused'> => {
  const startMs = clock.now().getTime();
  let result: boolean | undefined;
  const done = admitted.then((value) => {
    result = value;
  });
  for (let passedMs = 0; result === undefined && passedMs <= 60_000; passedMs += 500) {
    await new Promise((resolve) => setImmediate(resolve));
    if (result === undefined) await clock.advance(500);
  }
  await done;
  return result ? clock.now().getTime() - startMs : 'refused';
};

describe('login throttle', () => {
  it('lets the free failures pass, then doubles the wait with each failure up to 30 s', async () => {
    const clock = new VirtualClock();
    const throttle = createLoginThrottle(clock);
    const waits: (number | 'refused')[] = [];
    for (let n = 0; n < 9; n += 1) {
      waits.push(await waitMs(clock, throttle.admit(KEYS)));
      throttle.failed(KEYS);
    }
    expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('makes attempts in parallel wait for each other, and refuses those whose turn is too far away', async () => {
    const clock = new VirtualClock();
    const throttle = createLoginThrottle(clock);
    for (let n = 0; n < 6; n += 1) throttle.failed(KEYS);
    await clock.advance(16_000);
    const attempts = [1, 2, 3, 4].map(() => throttle.admit(KEYS));
    expect(await waitMs(clock, attempts[0]!)).toBe(0);
    expect(await waitMs(clock, attempts[3]!)).toBe('refused');
    expect(await waitMs(clock, attempts[1]!)).toBe(16_000);
    expect(await waitMs(clock, attempts[2]!)).toBe('refused');
  });

  it('forgets after a success, and after 15 quiet minutes', async () => {
    const clock = new VirtualClock();
    const throttle = createLoginThrottle(clock);
    for (let n = 0; n < 8; n += 1) throttle.failed(KEYS);
    throttle.succeeded(KEYS);
    expect(await waitMs(clock, throttle.admit(KEYS))).toBe(0);
    for (let n = 0; n < 8; n += 1) throttle.failed(KEYS);
    await clock.advance(15 * 60_000);
    expect(await waitMs(clock, throttle.admit(KEYS))).toBe(0);
    throttle.failed(KEYS);
    expect(await waitMs(clock, throttle.admit(KEYS))).toBe(0);
  });

  it('makes an attempt wait for the slowest of its keys', async () => {
    const clock = new VirtualClock();
    const throttle = createLoginThrottle(clock);
    for (let n = 0; n < 3; n += 1) throttle.failed(KEYS);
    const both = [{ key: 'network', freeFailures: 100 }, ...KEYS];
    expect(await waitMs(clock, throttle.admit(both))).toBe(2000);
  });
});

describe('networkOf', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1::1', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('counts %s under %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
