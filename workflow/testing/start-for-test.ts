// A runtime for tests of this layer: it waits a thousandth of the time and keeps what it logged.
import { inTransaction } from '../../database/database.ts';
import type { TestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import type { Outcome, WorkflowDefinition } from '../definition.ts';
import type { Log } from '../log.ts';
import { startWorkflowRuntime, type WorkflowRuntime, type WorkflowRuntimeOptions } from '../runtime.ts';

export type LogLine = { level: string; message: string; fields: Record<string, unknown> };

/** A log that keeps its lines. Like a real logger's, its methods need their logger: called without it they throw. */
export const keptLog = (lines: LogLine[] = []): Log & { lines: LogLine[] } => {
  const keep = (level: string) =>
    function (this: { lines: LogLine[] }, fields: object, message: string) {
      this.lines.push({ level, message, fields: { ...fields } });
    };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
};

export const startForTest = <Context>(
  database: TestDatabase,
  options: Partial<WorkflowRuntimeOptions<Context>> &
    Pick<WorkflowRuntimeOptions<Context>, 'context' | 'definitions'>,
): Promise<WorkflowRuntime> =>
  startWorkflowRuntime({
    databaseUrl: database.url,
    log: keptLog(),
    timeScale: 0.001,
    pollMs: 20,
    drainMs: 5_000,
    ...options,
  });

/** Starts a workflow in a transaction of its own and waits for its end. */
export const runToEnd = async <Input, Output>(
  database: TestDatabase,
  runtime: WorkflowRuntime,
  workflow: WorkflowDefinition<never, Input, Output>,
  input: NoInfer<Input>,
  id: string = newId(),
): Promise<Outcome<Output>> => {
  await inTransaction(database.db, (tx) => runtime.start(tx, workflow, id, input));
  return runtime.waitFor<Output>(id, { timeoutMs: 30_000 });
};
