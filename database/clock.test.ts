// Both clocks: real waiting, and time that only moves when a test says so.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Clock, systemClock, VirtualClock } from './clock.ts';

const start = new Date('2026-03-01T00:00:00.000Z');

test('a virtual clock stands still until it is advanced, then shows exactly the time it was advanced to', async () => {
  const clock = new VirtualClock(start);
  expect(clock.now()).toEqual(start);
  await clock.advance(90_000);
  expect(clock.now().toISOString()).toBe('2026-03-01T00:01:30.000Z');
});

test('sleepers wake in the order of their instants, each seeing its own instant as now', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 });
  const steps = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(lengths, steps, async (lengthsMs, stepsMs) => {
      const clock = new VirtualClock(start);
      const woken: { index: number; atMs: number }[] = [];
      for (const [index, ms] of lengthsMs.entries()) {
        void clock.sleep(ms).then(() => {
          woken.push({ index, atMs: clock.now().getTime() - start.getTime() });
        });
      }
      for (const ms of stepsMs) await clock.advance(ms);
      const totalMs = stepsMs.reduce((sum, ms) => sum + ms, 0);
      const due = lengthsMs
        .map((ms, index) => ({ index, atMs: ms }))
        .filter(({ atMs }) => atMs <= totalMs)
        .sort((a, b) => a.atMs - b.atMs || a.index - b.index);
      expect(woken).toEqual(due);
      expect(clock.sleeping).toBe(lengthsMs.length - due.length);
    }),
    { numRuns: 50 },
  );
});

test('a loop that sleeps again and again runs once for every period that an advance spans', async () => {
  const clock = new VirtualClock(start);
  const ticks: string[] = [];
  const stop = new AbortController();
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(1000, stop.signal);
      ticks.push(clock.now().toISOString().slice(17, 23));
    }
  })().catch(() => {});
  await clock.advance(3500);
  expect(ticks).toEqual(['01.000', '02.000', '03.000']);
  stop.abort();
  await loop;
  expect(clock.sleeping).toBe(0);
});

const clocks: [string, () => Clock][] = [
  ['the system clock', () => systemClock],
  ['a virtual clock', () => new VirtualClock()],
];

test.each(clocks)('on %s an abort ends a sleep with its reason, before or during it', async (_name, make) => {
  const clock = make();
  await expect(clock.sleep(3_600_000, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  const controller = new AbortController();
  const sleep = clock.sleep(3_600_000, controller.signal);
  controller.abort(new Error('during'));
  await expect(sleep).rejects.toThrow('during');
});

test('a sleep longer than a timer can count does not end at once', async () => {
  const controller = new AbortController();
  let ended = false;
  const sleep = systemClock.sleep(2 ** 31 + 1000, controller.signal).finally(() => {
    ended = true;
  });
  await systemClock.sleep(20);
  expect(ended).toBe(false);
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
});
