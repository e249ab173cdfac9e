// What all executions of one process share.
import type { Clock } from '../database/clock.ts';
import type { Queue } from './definition.ts';
import type { Faults } from './faults.ts';
import type { Lease } from './lease.ts';
import type { Log, StepEvent } from './log.ts';

export type Host = {
  readonly context: unknown;
  readonly clock: Clock;
  /** Every durable wait is multiplied by it. */
  readonly timeScale: number;
  readonly lease: Lease;
  /** Aborts when nothing new may begin. */
  readonly closing: AbortSignal;
  /** Aborts when what is under way has had its time. */
  readonly deadline: AbortSignal;
  readonly log: Log;
  readonly faults: Faults;
  readonly queues: Queues;
  /** Checkpoints under way: a shutdown waits for these. */
  readonly flights: Tally;
  /** Executions that neither sleep nor wait for a child. */
  readonly awake: Tally;
  /** How often to look for the end of a child that runs in another process. */
  readonly childPollMs: number;
  onStep?(event: StepEvent): void;
  /** Lets a workflow whose execution the engine refused run again after a while. */
  resumeLater(workflowId: string): void;
};

/** Counts what is under way. */
export class Tally {
  #count = 0;
  readonly #onFewer: () => void;

  constructor(onFewer: () => void = () => {}) {
    this.#onFewer = onFewer;
  }

  get count(): number {
    return this.#count;
  }

  add(change: 1 | -1): void {
    this.#count += change;
    if (change < 0) this.#onFewer();
  }

  /** Adds one; the answer takes it off again, once. */
  enter(): () => void {
    this.add(1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.add(-1);
    };
  }
}

/** Places for steps, by queue name. Waiting holds no connection, and a sleeping workflow holds no place. */
export class Queues {
  readonly #queues = new Map<
    string,
    { readonly size: number; free: number; readonly waiting: (() => void)[] }
  >();

  /** @throws {TypeError} when a concurrency is no positive integer, or two definitions disagree on one. */
  constructor(queues: Iterable<Queue>) {
    for (const { name, concurrency } of queues) {
      if (!Number.isInteger(concurrency) || concurrency < 1) {
        throw new TypeError(`queue ${name}: concurrency ${concurrency} is not a positive integer`);
      }
      const known = this.#queues.get(name);
      if (known && known.size !== concurrency) {
        throw new TypeError(
          `queue ${name} has concurrency ${known.size} in one workflow and ${concurrency} in another`,
        );
      }
      this.#queues.set(name, { size: concurrency, free: concurrency, waiting: [] });
    }
  }

  /** Resolves when there is a place; the answer gives it back, once. */
  async enter(name: string | undefined): Promise<() => void> {
    const queue = name === undefined ? undefined : this.#queues.get(name);
    if (!queue) return () => {};
    if (queue.free > 0) queue.free -= 1;
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = queue.waiting.shift();
      if (next) next();
      else queue.free += 1;
    };
  }
}
