// A worker over a table of things to do: claims what is due, does several at once, and looks again. Any number of
// processes may run one over the same table; what one claims is leased to it, and the table knows until when.
import type { Clock } from './clock.ts';

export type ClaimedWorkOptions<Item> = {
  /** For the log. */
  name: string;
  clock: Clock;
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void };
  /** Items at once in this process. */
  maxInFlight: number;
  /** Leases up to `free` items that are due to this process. `inFlight` are the ones it is doing. */
  claim(free: number, inFlight: readonly Item[]): Promise<Item[]>;
  /** Does one and writes down how it ended. What it throws is logged; the item is due again when its lease ends. */
  work(item: Item, signal: AbortSignal): Promise<void>;
  /** From one look that found nothing to the next, at most. */
  lookEveryMs: number;
  /** When the next item is due that nobody has leased; it is looked for then, though not in the same second. */
  nextDueAt?(): Promise<Date | null>;
  /** Of an item, for the log. */
  fieldsOf?(item: Item): object;
  /** Ends work that does not know of the signal. */
  abort?(): void;
  /** Done from time to time as long as the worker runs; the first time at the start, or after the first interval. */
  beside?: readonly { everyMs: number; atStart: boolean; run(inFlight: readonly Item[]): Promise<void> }[];
};

export type ClaimedWork = {
  /** Does everything that is due now and resolves when the last of it is written down. */
  runDue(): Promise<void>;
  /** Goes on until `close`. */
  start(): void;
  /** Looks at once: something may have become due. */
  wake(): void;
  /** Claims nothing more, waits up to `graceMs` for what is in flight and then aborts it. */
  close(graceMs?: number): Promise<void>;
};

const PAUSE_AFTER_FAULT_MS = 1_000;
// What is due and yet not claimed, because somebody else has it or there is no room for it, is not asked for at once.
const SHORTEST_SLEEP_MS = 1_000;

export const createClaimedWork = <Item>(options: ClaimedWorkOptions<Item>): ClaimedWork => {
  const { name, clock, log, maxInFlight } = options;
  const inFlight = new Map<Item, Promise<void>>();
  const stopping = new AbortController();
  const aborting = new AbortController();
  let wake = Promise.withResolvers<void>();
  let loops: Promise<void>[] = [];
  aborting.signal.addEventListener('abort', () => options.abort?.());

  /** Claims what fits and begins it; answers how many. */
  const fill = async (): Promise<number> => {
    const free = maxInFlight - inFlight.size;
    if (free <= 0 || stopping.signal.aborted) return 0;
    const claimed = await options.claim(free, [...inFlight.keys()]);
    for (const item of claimed) {
      const done = options
        .work(item, aborting.signal)
        .catch((err: unknown) =>
          log.error({ err, worker: name, ...options.fieldsOf?.(item) }, 'work failed and is due again later'),
        )
        .finally(() => {
          inFlight.delete(item);
          wake.resolve();
        });
      inFlight.set(item, done);
    }
    return claimed.length;
  };

  const look = async (): Promise<void> => {
    // Taken before the look at the table: what ends from here on must not be slept through.
    wake = Promise.withResolvers<void>();
    if ((await fill()) > 0) return;
    const sleeping = new AbortController();
    const signal = AbortSignal.any([stopping.signal, sleeping.signal]);
    await Promise.race([wake.promise, clock.sleep(await sleepMs(), signal).catch(() => {})]);
    sleeping.abort();
  };

  const sleepMs = async (): Promise<number> => {
    // What is in flight wakes the worker when it ends.
    const dueAt = inFlight.size < maxInFlight ? await options.nextDueAt?.() : null;
    if (!dueAt) return options.lookEveryMs;
    const untilMs = dueAt.getTime() - clock.now().getTime();
    return Math.min(Math.max(untilMs, SHORTEST_SLEEP_MS), options.lookEveryMs);
  };

  /** Runs `step` until closed; a fault (say, the database is away) costs a pause, not the loop. */
  const forever = async (step: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await step();
      } catch (err) {
        if (stopping.signal.aborted) return;
        log.warn({ err, worker: name }, 'the worker pauses and tries again');
        await clock.sleep(PAUSE_AFTER_FAULT_MS, stopping.signal).catch(() => {});
      }
    }
  };

  return {
    async runDue() {
      while ((await fill()) > 0 || inFlight.size > 0) {
        if (inFlight.size > 0) await Promise.race(inFlight.values());
      }
    },
    start() {
      const beside = (options.beside ?? []).map(({ everyMs, atStart, run }) => {
        const pause = () => clock.sleep(everyMs, stopping.signal);
        const round = () => run([...inFlight.keys()]);
        return forever(async () => {
          if (atStart) await round();
          await pause();
          if (!atStart) await round();
        });
      });
      loops = [forever(look), ...beside];
    },
    wake: () => wake.resolve(),
    async close(graceMs = 5_000) {
      stopping.abort();
      wake.resolve();
      const timer = setTimeout(() => aborting.abort(), graceMs);
      await Promise.all(loops);
      await Promise.all(inFlight.values());
      clearTimeout(timer);
    },
  };
};
