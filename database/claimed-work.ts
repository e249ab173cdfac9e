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
  /** From one look that found nothing to the next. */
  lookEveryMs: number;
};

export type ClaimedWork = {
  /** Does everything that is due now and resolves when the last of it is written down. */
  runDue(): Promise<void>;
  /** Goes on until `close`. */
  start(): void;
  /** Claims nothing more, waits up to `graceMs` for what is in flight and then aborts it. */
  close(graceMs?: number): Promise<void>;
};

const PAUSE_AFTER_FAULT_MS = 1_000;

export const createClaimedWork = <Item>(options: ClaimedWorkOptions<Item>): ClaimedWork => {
  const { name, clock, log, maxInFlight } = options;
  const inFlight = new Map<Item, Promise<void>>();
  const stopping = new AbortController();
  const aborting = new AbortController();
  let wake = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;

  /** Claims what fits and begins it; answers how many. */
  const fill = async (): Promise<number> => {
    const free = maxInFlight - inFlight.size;
    if (free <= 0 || stopping.signal.aborted) return 0;
    const claimed = await options.claim(free, [...inFlight.keys()]);
    for (const item of claimed) {
      const done = options
        .work(item, aborting.signal)
        .catch((err: unknown) => log.error({ err, worker: name }, 'work failed and is due again later'))
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
    await Promise.race([wake.promise, clock.sleep(options.lookEveryMs, signal).catch(() => {})]);
    sleeping.abort();
  };

  const goOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (err) {
        if (stopping.signal.aborted) return;
        log.warn({ err, worker: name }, 'the worker pauses and tries again');
        await clock.sleep(PAUSE_AFTER_FAULT_MS, stopping.signal).catch(() => {});
      }
    }
  };

  return {
    async runDue() {
      while ((await fill()) > 0 || inFlight.size > 0) await Promise.race(inFlight.values());
    },
    start() {
      running = goOn();
    },
    async close(graceMs = 5_000) {
      stopping.abort();
      wake.resolve();
      await running;
      const timer = setTimeout(() => aborting.abort(), graceMs);
      await Promise.all(inFlight.values());
      clearTimeout(timer);
    },
  };
};
