// The one file that knows DBOS (@dbos-inc/dbos-sdk 5): everything the rest of the layer asks of it, in our words.
//
// DBOS is one per process: its configuration, its connection pool and its registry are module state. What it
// gives: a row per workflow, a checkpoint per step, and an ownership token per execution. A checkpoint or an
// outcome is written only while the token is the writer's (owner_xid), so an execution that was taken over
// fails at its next write; that is the fence everything else here leans on.
import { DBOS, type DBOSConfig, DBOSWorkflowConflictError, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import type pg from 'pg';
import { type Log, loggable } from './log.ts';

/**
 * Part of every row: an execution is only resumed by processes of the same version. It stays as it is, because
 * a hash of the code (what DBOS does by itself) would strand every running workflow at each release; changed
 * workflows are told apart by `flow.patched` instead.
 */
const applicationVersion = 'inboxkit-1';
const schema = 'dbos';
const resumeQueue = 'resumed';
// A process that restarts every day stays far below; a workflow that kills its process does not for ever.
const mostRecoveries = 1000;

type Execute = (workflow: string, id: string, input: unknown, origin: Origin) => Promise<unknown>;
/** Where a run comes from: the workflow at the top of its family. */
export type Origin = { readonly rootId: string };
type Started = (input: unknown, origin: Origin) => Promise<unknown>;

// Registered once per process and name; which runtime executes them is looked up at each call.
const registered = new Map<string, Started>();
let execute: Execute | undefined;

export type EngineOptions = {
  pool: pg.Pool;
  databaseUrl: string;
  executorId: string;
  workflows: readonly string[];
  /** How often this process looks for workflows that were resumed. */
  resumePollMs: number;
  execute: Execute;
  log: Log;
};

/** Creates or migrates the engine's tables, resumes what this executor id left behind, and starts executing. */
export const launch = async (options: EngineOptions): Promise<void> => {
  execute = options.execute;
  for (const name of options.workflows) {
    if (registered.has(name)) continue;
    const run: Started = async (input, origin) => {
      // After a shutdown there is nobody to execute it, and an error would be recorded as its end.
      if (!execute) return new Promise<never>(() => {});
      return execute(name, DBOS.workflowID!, input, origin);
    };
    registered.set(name, DBOS.registerWorkflow(run, { name, maxRecoveryAttempts: mostRecoveries }));
  }
  DBOS.setConfig(configuration(options));
  await DBOS.launch();
  await DBOS.registerQueue(resumeQueue, {
    minPollingIntervalMs: options.resumePollMs,
    onConflict: 'always_update',
  });
};

const configuration = (
  options: Omit<EngineOptions, 'workflows' | 'execute' | 'resumePollMs'>,
): DBOSConfig => ({
  name: 'inboxkit',
  systemDatabaseUrl: options.databaseUrl,
  // Its own pool sends a statement on a connection that is still busy with another, which pg 9 refuses.
  systemDatabasePool: options.pool,
  systemDatabaseSchemaName: schema,
  applicationVersion,
  enablePatching: true,
  executorID: options.executorId,
  // Only its messages and streams need LISTEN, and nothing here uses them.
  useListenNotify: false,
  logger: quiet(options.log),
});

/** Makes the engine's tables without executing anything; for a database that is prepared ahead. */
export const migrate = async (options: { pool: pg.Pool; databaseUrl: string; log: Log }): Promise<void> => {
  DBOS.setConfig(configuration({ ...options, executorId: 'migration' }));
  await DBOS.launch();
  await DBOS.shutdown();
};

/** Stops at once; executions that are still open are left as they are, to be resumed. */
export const shutdown = async (): Promise<void> => {
  await DBOS.shutdown();
  execute = undefined;
};

export const isRunning = (): boolean => DBOS.isInitialized();

/** Starts a workflow, or a child when called from inside of one. A known id is not started again. */
export const start = async (workflow: string, id: string, input: unknown, origin: Origin) => {
  const run = registered.get(workflow);
  if (!run) throw new TypeError(`no workflow is named ${workflow}`);
  return DBOS.startWorkflow(run, { workflowID: id })(input, origin);
};

/** Runs `body` unless a result of it was recorded by an earlier execution, and records its result. */
export const checkpoint = <T>(name: string, body: () => Promise<T>): Promise<T> =>
  DBOS.runStep(body, { name });

/** True while a step's body runs, where starting another checkpoint is not possible. */
export const insideOfStep = (): boolean => DBOS.isInStep();

export const patched = (change: string): Promise<boolean> => DBOS.patch(change);

/** What an execution throws to stop where it is and adopt the outcome that its successor records. */
export const ownershipLost = (id: string): Error => new DBOSWorkflowConflictError(id);

/** Whether an execution ended by losing its workflow to another one or to an operator, not by an error. */
export const isHandOver = (error: unknown): boolean =>
  error instanceof DBOSWorkflowConflictError || error instanceof DbosErrors.DBOSWorkflowCancelledError;

/** Whether a workflow was ended from outside (an operator, too many recoveries), so that it has no outcome. */
export const endedWithoutOutcome = (error: unknown): boolean =>
  error instanceof DbosErrors.DBOSWorkflowCancelledError ||
  error instanceof DbosErrors.DBOSAwaitedWorkflowCancelledError ||
  error instanceof DbosErrors.DBOSMaxRecoveryAttemptsExceededError ||
  error instanceof DbosErrors.DBOSAwaitedWorkflowExceededMaxRecoveryAttempts;

/** Whether `start` found the id taken by a workflow of another name. */
export const isIdTaken = (error: unknown): boolean =>
  error instanceof DbosErrors.DBOSConflictingWorkflowError;

/** Takes workflows from whoever executes them; the next process that looks runs them from their checkpoints. */
export const resume = async (ids: string[]): Promise<void> => {
  if (ids.length > 0) await DBOS.resumeWorkflows(ids, { queueName: resumeQueue });
};

/** The ids of unfinished workflows that a process was executing. */
export const pendingOf = async (executorId: string): Promise<string[]> => {
  const rows = await DBOS.listWorkflows({
    status: 'PENDING',
    executorId,
    loadInput: false,
    loadOutput: false,
  });
  return rows.map((row) => row.workflowID);
};

/** Forgets workflows that ended before `before`, oldest first, and answers how many. */
export const forget = async (before: Date, limit: number): Promise<number> => {
  const rows = await DBOS.listWorkflows({
    status: ['SUCCESS', 'ERROR', 'CANCELLED'],
    completedBefore: before.toISOString(),
    hasParent: false,
    limit,
    loadInput: false,
    loadOutput: false,
  });
  // Children go with their parent, which may have to ask them what became of them until it has ended itself.
  if (rows.length > 0)
    await DBOS.deleteWorkflows(
      rows.map((row) => row.workflowID),
      true,
    );
  return rows.length;
};

/** What an execution returned. Waits for it, looking every `pollMs` when it runs elsewhere. */
export const resultOf = async (id: string, pollMs: number): Promise<unknown> =>
  DBOS.getResult(id, { pollingIntervalMs: pollMs });

/** A workflow's row, or null when the engine does not know the id. */
export const describe = async (id: string) => {
  const [row] = await DBOS.listWorkflows({ workflowIDs: [id], loadInput: false, loadOutput: true });
  if (!row) return null;
  const open = row.status === 'PENDING' || row.status === 'ENQUEUED' || row.status === 'DELAYED';
  return {
    workflow: row.workflowName,
    ended: !open,
    status: row.status,
    output: row.output,
    startedAt: new Date(row.createdAt),
    endedAt: row.completedAt ? new Date(row.completedAt) : null,
  };
};

// Expected at every stop and every take-over, and told by our own lines better.
const expected =
  /^(Shutting down while|Workflow \S+ (is no longer owned|outcome was not recorded)|Waiting for pending)/;

const quiet = (log: Log): NonNullable<DBOSConfig['logger']> => ({
  debug: () => {},
  info: (entry) => log.debug({ engine: true }, String(entry)),
  warn: (entry) => log[expected.test(String(entry)) ? 'debug' : 'warn']({ engine: true }, String(entry)),
  error: (entry, metadata) =>
    log.error({ engine: true, err: loggable(metadata?.error ?? entry) }, String(entry)),
});
