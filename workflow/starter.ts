// Asks for a workflow inside of the caller's transaction. All a process needs that executes none itself.
import type { Tx } from '../database/database.ts';

/** A workflow, or its name where its definition is out of reach; `run` only gives `input` its type. */
export type Startable<Input> = {
  readonly name: string;
  readonly run?: (flow: never, input: Input) => Promise<unknown>;
};

export type WorkflowStarter = {
  /**
   * Starts the workflow once `tx` has committed, and never when it rolls back. Asking again with the same id,
   * also after the workflow has ended, starts nothing.
   *
   * @throws {TypeError} when `input` is not plain JSON; it would come back different from what was passed.
   */
  start<Input>(tx: Tx, workflow: Startable<Input>, id: string, input: NoInfer<Input>): Promise<void>;
};

export const workflowStarter = (): WorkflowStarter => ({
  async start(tx, workflow, id, input) {
    assertPlainJson(input, 'input');
    await tx
      .insertInto('workflow_start')
      .values({ id, workflow: workflow.name, input: JSON.stringify(input ?? null) })
      .onConflict((row) => row.column('id').doNothing())
      .execute();
  },
});

export const assertPlainJson = (value: unknown, path: string): void => {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (item === undefined)
        throw new TypeError(`${path}[${index}] is undefined, which JSON cannot hold in a list`);
      assertPlainJson(item, `${path}[${index}]`);
    }
    return;
  }
  const prototype = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(
      `${path} is not plain JSON: ${typeof value === 'object' ? 'an instance of a class' : typeof value}`,
    );
  }
  for (const [key, item] of Object.entries(value as object)) assertPlainJson(item, `${path}.${key}`);
};
