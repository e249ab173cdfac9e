// Where a workflow stands, put together from our table and the engine's, and waiting for its end.
import type { Db } from '../database/database.ts';
import type { Outcome } from './definition.ts';
import * as engine from './engine.ts';
import type { WorkflowFailure } from './failure.ts';

export type WorkflowStatus = {
  readonly id: string;
  readonly workflow: string;
  /** `waiting`: asked for, not started yet. */
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed';
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Set when it has ended. */
  readonly outcome: Outcome<unknown> | null;
};

/** Null when nobody asked for the id. */
export const readStatus = async (db: Db, id: string): Promise<WorkflowStatus | null> => {
  const asked = await db
    .selectFrom('workflow_start')
    .select('workflow')
    .where('id', '=', id)
    .executeTakeFirst();
  if (asked) {
    return { id, workflow: asked.workflow, state: 'waiting', startedAt: null, endedAt: null, outcome: null };
  }
  // In this order: the row above goes away only after the engine has one.
  const row = await engine.describe(id);
  if (!row) return null;
  const { workflow, startedAt, endedAt } = row;
  if (!row.ended) return { id, workflow, state: 'running', startedAt, endedAt: null, outcome: null };
  const outcome = (row.output as Outcome<unknown> | undefined) ?? {
    ok: false,
    failure: endedOutside(row.status),
  };
  return { id, workflow, state: outcome.ok ? 'succeeded' : 'failed', startedAt, endedAt, outcome };
};

// A workflow without an outcome of its own was ended by an operator, or killed its process too often.
const endedOutside = (status: string): WorkflowFailure => ({
  step: null,
  kind: 'unexpected',
  message: `the engine ended it as ${status}; its steps are not undone`,
  reason: null,
  notUndone: [],
});

/** Those in this process who wait for the end of a workflow. */
export class Waiters {
  readonly #db: Db;
  readonly #longestPollMs: number;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(db: Db, longestPollMs: number) {
    this.#db = db;
    this.#longestPollMs = longestPollMs;
  }

  /** An execution of the workflow ends in this process; its outcome is recorded in a moment. */
  tell(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }

  /** @throws {Error} when nobody asked for the workflow, or it has not ended after `timeoutMs`. */
  async waitFor(id: string, timeoutMs: number): Promise<Outcome<unknown>> {
    const giveUpAt = performance.now() + timeoutMs;
    let pauseMs = 5;
    for (;;) {
      const status = await readStatus(this.#db, id);
      if (!status) throw new Error(`no workflow has the id ${id}`);
      if (status.outcome) return status.outcome;
      if (performance.now() > giveUpAt)
        throw new Error(`workflow ${id} is still ${status.state} after ${timeoutMs} ms`);
      pauseMs = (await this.#told(id, pauseMs)) ? 2 : Math.min(pauseMs * 2, this.#longestPollMs);
    }
  }

  async #told(id: string, withinMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), withinMs);
    const wake = () => resolve(true);
    const others = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, others.add(wake));
    const told = await promise;
    clearTimeout(timer);
    others.delete(wake);
    if (others.size === 0) this.#waiting.delete(id);
    return told;
  }
}
