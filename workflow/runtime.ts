// Executes workflows in this process: puts the parts together, and takes them apart again.
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import pg from 'pg';
import { type Clock, systemClock } from '../database/clock.ts';
import { type Db, openDatabase } from '../database/database.ts';
import { listen } from '../database/listen.ts';
import { newId } from '../database/uuid.ts';
import { never } from './checkpoints.ts';
import type { Outcome, WorkflowDefinition } from './definition.ts';
import { Dispatcher } from './dispatcher.ts';
import * as engine from './engine.ts';
import type { Faults } from './faults.ts';
import { type AnyDefinition, execute } from './flow.ts';
import { type Host, Queues, Tally } from './host.ts';
import { Lease } from './lease.ts';
import { type Log, loggable, type StepEvent } from './log.ts';
import { type WorkflowStarter, workflowStarter } from './starter.ts';
import { readStatus, Waiters, type WorkflowStatus } from './status.ts';
import { keepWatch } from './watch.ts';

export type WorkflowRuntimeOptions<Context> = {
  databaseUrl: string;
  /** Handed to every step. Not persisted. */
  context: Context;
  definitions: readonly WorkflowDefinition<Context, never, unknown>[];
  /**
   * Names this process among all that share the database. One that keeps its name over a restart goes on at
   * once with what it had; with the default, a new name each time, that is found after `takeOverAfterMs`. Two
   * living processes must not share a name.
   */
  executorId?: string;
  /** Decides when durable waits are over. */
  clock?: Clock;
  log: Log;
  /** Told about every execution of a step, for metrics. */
  onStep?: (event: StepEvent) => void;
  /**
   * Another process was started under this executor id while this one was silent. The runtime has closed
   * itself; a process that does nothing else should exit.
   */
  onReplaced?: () => void;
  /** For tests. */
  faults?: Faults;
  /** Every durable wait is multiplied by it; tests use 0 or a small fraction. */
  timeScale?: number;
  heartbeatMs?: number;
  /** How long another process is silent before its workflows are taken. At least three heartbeats. */
  takeOverAfterMs?: number;
  /** Connections of the engine. */
  poolSize?: number;
  /** How many executions are awake at once before further starts wait. */
  mostAwake?: number;
  /** How often to look for work that no notification told of. */
  pollMs?: number;
  /** How long `close` waits for steps that are under way. */
  drainMs?: number;
  /** Ended workflows are forgotten after this long. */
  keepEndedMs?: number;
};

export type WorkflowRuntime = WorkflowStarter & {
  readonly executorId: string;
  /**
   * Waits until the workflow has ended.
   *
   * @throws {Error} when nobody asked for the workflow, or it has not ended after `timeoutMs`.
   */
  waitFor<Output>(id: string, options?: { timeoutMs?: number }): Promise<Outcome<Output>>;
  /** Where a workflow stands; null when nobody asked for it. */
  status(id: string): Promise<WorkflowStatus | null>;
  /** Ends the steps under way, begins none, and leaves the rest for the next start or for another process. */
  close(): Promise<void>;
};

const defaults = {
  timeScale: 1,
  heartbeatMs: 5_000,
  takeOverAfterMs: 20_000,
  poolSize: 16,
  mostAwake: 200,
  pollMs: 1_000,
  drainMs: 10_000,
  keepEndedMs: 30 * 24 * 3_600_000,
};
const stuckRetryMs = 60_000;
// How often to ask for what happens in other processes; what happens in this one tells by itself.
const childPollMs = 250;
const waiterPollMs = 1_000;

/**
 * Starts executing. A process has at most one runtime at a time.
 *
 * @throws {TypeError} when two definitions share a name or disagree about a queue; other errors when the
 *   database cannot be reached.
 */
export const startWorkflowRuntime = async <Context>(
  given: WorkflowRuntimeOptions<Context>,
): Promise<WorkflowRuntime> => {
  if (engine.isRunning()) throw new Error('a process has one workflow runtime at a time');
  const executorId = given.executorId ?? `${hostname()}-${newId()}`;
  const options = { ...defaults, ...withoutUndefined(given), executorId };
  const runtime = new Runtime(options as Options);
  try {
    await runtime.open();
  } catch (error) {
    await runtime.abandon();
    throw error;
  }
  return runtime;
};

/** Makes the engine's tables in a database that nothing executes in yet, such as a template for tests. */
export const prepareWorkflowTables = async (databaseUrl: string, log: Log): Promise<void> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await engine.migrate({ pool, databaseUrl, log });
  } finally {
    await pool.end();
  }
};

type Options = WorkflowRuntimeOptions<unknown> & typeof defaults & { readonly executorId: string };

class Runtime implements WorkflowRuntime {
  readonly executorId: string;
  readonly start = workflowStarter().start;
  readonly #options: Options;
  readonly #definitions: ReadonlyMap<string, AnyDefinition>;
  readonly #db: Db;
  readonly #pool: pg.Pool;
  readonly #lease: Lease;
  readonly #closing = new AbortController();
  readonly #deadline = new AbortController();
  readonly #stopped = new AbortController();
  readonly #dispatcher: Dispatcher;
  readonly #host: Host;
  readonly #waiters: Waiters;
  readonly #retries = new Set<NodeJS.Timeout>();
  #landed: () => void = () => {};
  #listener: { close(): Promise<void> } | undefined;
  #watch: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: Options) {
    const { databaseUrl, executorId, log } = options;
    this.#options = options;
    this.executorId = executorId;
    this.#definitions = byName(options.definitions as readonly AnyDefinition[]);
    const queues = new Queues([...this.#definitions.values()].flatMap(({ queue }) => queue ?? []));
    // Every sleeping execution listens to these.
    setMaxListeners(0, this.#closing.signal, this.#deadline.signal, this.#stopped.signal);
    const onConnectionLost = (error: Error) =>
      log.warn({ err: loggable(error) }, 'lost a database connection');
    this.#db = openDatabase(databaseUrl, {
      poolSize: 4,
      applicationName: 'inboxkit workflow',
      onConnectionLost,
    });
    this.#pool = enginePool(options, onConnectionLost);
    this.#lease = new Lease({
      ...options,
      db: this.#db,
      resumeOwn: async () => engine.resume(await engine.pendingOf(executorId)),
      onReplaced: () => this.#stopReplaced(),
    });
    this.#waiters = new Waiters(this.#db, waiterPollMs);
    this.#dispatcher = new Dispatcher({
      db: this.#db,
      workflows: [...this.#definitions.keys()],
      pollMs: options.pollMs,
      letGoAfterMs: options.takeOverAfterMs,
      room: () => (this.#lease.holds(this.#lease.term) ? options.mostAwake - this.#host.awake.count : 0),
      start: async (workflow, id, input) => {
        await engine.start(workflow, id, input, { rootId: id });
      },
      closing: this.#closing.signal,
      log,
    });
    this.#host = {
      context: options.context,
      clock: options.clock ?? systemClock,
      timeScale: options.timeScale,
      lease: this.#lease,
      closing: this.#closing.signal,
      deadline: this.#deadline.signal,
      log,
      faults: options.faults ?? {},
      queues,
      flights: new Tally(() => this.#landed()),
      awake: new Tally(() => this.#dispatcher.roomWasMade()),
      childPollMs,
      ...(options.onStep && { onStep: options.onStep }),
      resumeLater: (id) => this.#resumeLater(id),
    };
  }

  async open(): Promise<void> {
    const { databaseUrl, executorId, pollMs, log } = this.#options;
    await this.#lease.open();
    await engine.launch({
      pool: this.#pool,
      databaseUrl,
      executorId,
      workflows: [...this.#definitions.keys()],
      resumePollMs: pollMs,
      execute: (workflow, id, input, origin) => this.#execute(workflow, id, input, origin),
      log,
    });
    const wake = () => this.#dispatcher.wake();
    this.#listener = await listen(databaseUrl, 'workflow_start', wake, { onReconnect: wake });
    this.#dispatcher.run();
    const [stopped, closing] = [this.#stopped.signal, this.#closing.signal];
    this.#watch = keepWatch({ ...this.#options, db: this.#db, lease: this.#lease, stopped, closing });
    log.info({ executorId, workflows: this.#definitions.size }, 'executing workflows');
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { log, drainMs, executorId } = this.#options;
    this.#closing.abort();
    for (const retry of this.#retries) clearTimeout(retry);
    await this.#listener?.close();
    await this.#dispatcher.ended();
    if (!(await this.#landing(drainMs))) {
      this.#deadline.abort(new Error('the process is shutting down'));
      await this.#landing(1_000);
    }
    this.#stopped.abort();
    await this.#watch;
    const unfinished = await engine.pendingOf(executorId);
    await engine.shutdown();
    await this.#lease.close(unfinished.length > 0);
    await this.#disconnect();
    log.info({ executorId, unfinished: unfinished.length }, 'stopped executing workflows');
  }

  /** Lets go of what a start that failed half way has opened. */
  async abandon(): Promise<void> {
    this.#closing.abort();
    this.#stopped.abort();
    await this.#listener?.close();
    if (engine.isRunning()) await engine.shutdown();
    await this.#disconnect();
  }

  status(id: string): Promise<WorkflowStatus | null> {
    return readStatus(this.#db, id);
  }

  async waitFor<Output>(id: string, options: { timeoutMs?: number } = {}): Promise<Outcome<Output>> {
    const outcome = await this.#waiters.waitFor(id, options.timeoutMs ?? Number.POSITIVE_INFINITY);
    return outcome as Outcome<Output>;
  }

  async #execute(
    workflow: string,
    id: string,
    input: unknown,
    origin: engine.Origin,
  ): Promise<Outcome<unknown>> {
    const definition = this.#definitions.get(workflow);
    if (!definition) {
      // Thrown, this would be the end of the workflow. So it stays, for a process that knows it.
      this.#options.log.error({ workflow, workflowId: id }, 'no workflow has this name here');
      return never();
    }
    const outcome = await execute(this.#host, definition, id, input, origin);
    this.#waiters.tell(id);
    return outcome;
  }

  // True when every checkpoint under way has ended in time.
  async #landing(withinMs: number): Promise<boolean> {
    const { flights } = this.#host;
    if (flights.count === 0) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#landed = () => {
      if (flights.count === 0) resolve();
    };
    await promise;
    clearTimeout(timer);
    return flights.count === 0;
  }

  async #stopReplaced(): Promise<void> {
    try {
      await this.close();
    } catch (error) {
      this.#options.log.error({ err: loggable(error) }, 'did not stop cleanly');
    }
    this.#options.onReplaced?.();
  }

  #resumeLater(id: string): void {
    const retry = setTimeout(async () => {
      this.#retries.delete(retry);
      try {
        // By then it may have gone on elsewhere.
        const mine = await engine.pendingOf(this.executorId);
        if (mine.includes(id)) await engine.resume([id]);
      } catch (error) {
        this.#options.log.warn({ workflowId: id, err: loggable(error) }, 'could not resume a workflow');
        this.#resumeLater(id);
      }
    }, stuckRetryMs);
    this.#retries.add(retry);
  }

  async #disconnect(): Promise<void> {
    await this.#pool.end();
    await this.#db.destroy();
  }
}

const enginePool = (options: Options, onLost: (error: Error) => void): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.poolSize,
    application_name: 'inboxkit workflow engine',
    // A process that is paused in a transaction keeps its workflow's row locked, so that nobody could take over.
    idle_in_transaction_session_timeout: options.takeOverAfterMs,
    keepAlive: true,
  });
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
};

const byName = (definitions: readonly AnyDefinition[]): ReadonlyMap<string, AnyDefinition> => {
  const names = new Map<string, AnyDefinition>();
  for (const definition of definitions) {
    if (names.has(definition.name)) throw new TypeError(`two workflows are named ${definition.name}`);
    names.set(definition.name, definition);
  }
  return names;
};

const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
