// The loop that every queue shares, on a clock that stands still until it is told to go on.
import { afterEach, expect, test, vi } from 'vitest';
import { type ClaimedWork, type ClaimedWorkOptions, createClaimedWork } from './claimed-work.ts';
import { VirtualClock } from './clock.ts';

const open: ClaimedWork[] = [];
afterEach(() => Promise.all(open.splice(0).map((work) => work.close(0))));

const setUp = (options: Partial<ClaimedWorkOptions<number>> = {}) => {
  const clock = new VirtualClock();
  const due: number[] = [];
  const done: number[] = [];
  const logged: object[] = [];
  const work = createClaimedWork<number>({
    name: 'numbers',
    clock,
    log: { warn: (fields) => logged.push(fields), error: (fields) => logged.push(fields) },
    maxInFlight: 2,
    lookEveryMs: 60_000,
    claim: async (free) => due.splice(0, free),
    work: async (item) => {
      done.push(item);
    },
    ...options,
  });
  open.push(work);
  return { clock, due, done, logged, work };
};

test('what is due is all done, also what ends at once', async () => {
  const { due, done, work } = setUp();
  due.push(1, 2, 3, 4, 5);
  await work.runDue();
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test('sleeps until the next is due, and is woken before', async () => {
  const clock = new VirtualClock();
  const dueAt = new Date(clock.now().getTime() + 10_000);
  const { due, done, work } = setUp({ clock, nextDueAt: async () => dueAt });
  work.start();
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  due.push(1);
  work.wake();
  await vi.waitFor(() => expect(done).toEqual([1]));
  await vi.waitFor(() => expect(clock.sleeping).toBe(1));
  due.push(2);
  await clock.advance(9_000);
  expect(done).toEqual([1]);
  await clock.advance(1_000);
  await vi.waitFor(() => expect(done).toEqual([1, 2]));
});

test('a fault is a pause, and what is done beside goes on', async () => {
  const clock = new VirtualClock();
  const rounds: string[] = [];
  let faults = 1;
  const { due, done, logged, work } = setUp({
    clock,
    claim: async (free) => {
      if (faults-- > 0) throw new Error('the database is away');
      return due.splice(0, free);
    },
    fieldsOf: (item) => ({ item }),
    work: async (item) => {
      if (item === 1) throw new Error('no good');
      done.push(item);
    },
    beside: [
      { everyMs: 5_000, atStart: true, run: async () => void rounds.push('at start') },
      { everyMs: 5_000, atStart: false, run: async () => void rounds.push('later') },
    ],
  });
  due.push(1, 2);
  work.start();
  await vi.waitFor(() => expect(clock.sleeping).toBe(3));
  expect(rounds).toEqual(['at start']);
  expect(logged).toMatchObject([{ worker: 'numbers' }]);
  await clock.advance(1_000);
  await vi.waitFor(() => expect(done).toEqual([2]));
  expect(logged[1]).toMatchObject({ worker: 'numbers', item: 1 });
  await clock.advance(5_000);
  await vi.waitFor(() => expect(rounds.toSorted()).toEqual(['at start', 'at start', 'later']));
});

test('closing waits for what is in flight, then aborts it', async () => {
  const aborted = vi.fn();
  const { due, work } = setUp({
    abort: aborted,
    work: (_item, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  });
  due.push(1);
  work.start();
  await vi.waitFor(() => expect(due).toEqual([]));
  await work.close(1);
  expect(aborted).toHaveBeenCalledOnce();
});
