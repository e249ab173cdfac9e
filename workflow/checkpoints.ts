// The durable acts of one execution, and the places where it stops without an end: at a shutdown, when the
// workflow belongs to another process, when the engine refuses.
import * as engine from './engine.ts';
import type { Host } from './host.ts';
import { loggable } from './log.ts';

/**
 * What a stopped execution awaits: it neither ends nor fails, and the garbage collector takes it. Rejecting
 * instead would run the undos of a workflow that goes on elsewhere.
 */
export const never = (): Promise<never> => new Promise<never>(() => {});

/** What a body is told about the execution around it. */
export type Under = {
  /** Aborts when a shutdown has waited long enough. */
  readonly deadline: AbortSignal;
  /** Stops counting this checkpoint as under way, as if its process were gone. */
  abandon(): void;
};

export class Checkpoints {
  readonly #host: Host;
  readonly #workflow: string;
  readonly #id: string;
  readonly #queue: string | undefined;
  readonly #term: number;
  #stopped: { readonly error: unknown } | undefined;

  constructor(host: Host, workflow: string, id: string, queue: string | undefined) {
    this.#host = host;
    this.#workflow = workflow;
    this.#id = id;
    this.#queue = queue;
    this.#term = host.lease.term;
  }

  /** Throws what stopped this execution, if something did; the code in between may have caught it. */
  assertGoingOn(): void {
    if (this.#stopped) throw this.#stopped.error;
  }

  /** Records what `body` answers, or answers what was recorded. A `body` that throws is recorded as well. */
  record<T>(name: string, body: (under: Under) => Promise<T>): Promise<T> {
    return this.guarded((under) => engine.checkpoint(name, () => body(under)));
  }

  /** Like `record`, for a body that acts on the outside: in a place of the workflow's queue. */
  async recordInQueue<T>(name: string, body: (under: Under) => Promise<T>): Promise<T> {
    const leaveQueue = await this.#host.queues.enter(this.#queue);
    try {
      return await this.record(name, async ({ deadline, abandon }) => {
        // Asked again right before it acts: the engine's own reading before a body takes its time.
        await this.#assertOwned();
        const abandonAll = () => {
          abandon();
          leaveQueue();
        };
        return body({ deadline, abandon: abandonAll });
      });
    } finally {
      leaveQueue();
    }
  }

  /** Calls the engine while this execution may go on; an error of the engine itself stops it. */
  async guarded<T>(call: (under: Under) => Promise<T>): Promise<T> {
    this.assertGoingOn();
    try {
      await this.#assertOwned();
    } catch (error) {
      throw await this.#stop(error);
    }
    if (this.#host.closing.aborted) return never();
    const land = this.#host.flights.enter();
    try {
      return await call({ deadline: this.#host.deadline, abandon: land });
    } catch (error) {
      land();
      if (this.#host.closing.aborted) return never();
      throw await this.#stop(error);
    } finally {
      land();
    }
  }

  wakeAt(ms: number): number {
    return Math.ceil(this.#host.clock.now().getTime() + ms * this.#host.timeScale);
  }

  /** Waits until an instant that was recorded before, however often the process restarts meanwhile. */
  async waitUntil(wakeAtMs: number): Promise<void> {
    const leftMs = wakeAtMs - this.#host.clock.now().getTime();
    if (leftMs > 0) await this.asleep(() => this.#host.clock.sleep(leftMs, this.#host.closing));
  }

  /** Runs `wait` without counting this execution as awake. */
  async asleep<T>(wait: () => Promise<T>): Promise<T> {
    this.#host.awake.add(-1);
    try {
      return await wait();
    } catch (error) {
      if (this.#host.closing.aborted) return never();
      throw error;
    } finally {
      this.#host.awake.add(1);
    }
  }

  // The engine does not record this error as a result: whoever throws it has nothing to record.
  async #assertOwned(): Promise<void> {
    const { lease } = this.#host;
    if (!lease.holds(this.#term) && !(await lease.hold(this.#term))) throw engine.ownershipLost(this.#id);
  }

  async #stop(error: unknown): Promise<unknown> {
    if (engine.isHandOver(error)) {
      this.#stopped = { error };
    } else if (await this.#host.lease.hold(this.#term)) {
      // A replay that meets other checkpoints than it made (changed code), a result that cannot be stored, a
      // full disk. None of it says that the work failed, so nothing is undone: it runs again after a while,
      // with new code after a restart, and meanwhile everybody can see where it stands.
      this.#host.log.error(
        { workflow: this.#workflow, workflowId: this.#id, err: loggable(error) },
        'workflow is stuck; it is tried again later',
      );
      this.#host.resumeLater(this.#id);
    }
    this.#stopped ??= { error: engine.ownershipLost(this.#id) };
    return this.#stopped.error;
  }
}
