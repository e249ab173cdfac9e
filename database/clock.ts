// Time as a value: code asks a clock instead of the system, so that tests decide what time it is.

export type Clock = {
  now(): Date;
  /** Resolves after `ms` of this clock's time; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

// setTimeout fires at once for delays of 2^31 ms and more.
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const wakeAt = Date.now() + ms;
      let timer: NodeJS.Timeout;
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const wait = () => {
        const leftMs = wakeAt - Date.now();
        if (leftMs > longestTimerMs) {
          timer = setTimeout(wait, longestTimerMs);
          return;
        }
        timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
          Math.max(0, leftMs),
        );
      };
      signal?.addEventListener('abort', abort, { once: true });
      wait();
    }),
};

type Sleeper = { wakeAtMs: number; wake: () => void };

/** A clock that stands still until it is advanced. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start: Date = new Date('2026-01-01T00:00:00.000Z')) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  /** How many callers are asleep; lets a test wait until the code under test has gone to sleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        wakeAtMs: this.#nowMs + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Moves time forward by `ms`, waking sleepers at their own instant in order of it (first asleep, first
   * awake among equals). What a woken sleeper does without waiting for the outside has happened before the
   * next one wakes, so one that goes back to sleep within the span is woken again.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.wakeAtMs);
      next.wake();
      await settled();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAtMs <= untilMs && (!first || sleeper.wakeAtMs < first.wakeAtMs)) first = sleeper;
    }
    return first;
  }
}

// A turn of the event loop runs every microtask that was queued before it.
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
