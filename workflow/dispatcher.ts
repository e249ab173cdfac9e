// Starts the workflows that committed transactions asked for.
import { sql } from 'kysely';
import { type Db, inTransaction } from '../database/database.ts';
import * as engine from './engine.ts';
import { type Log, loggable } from './log.ts';
import { letGoAfter } from './take-over.ts';

export type DispatcherOptions = {
  db: Db;
  /** Names this process can execute. Others stay for a process that knows them (a rolling upgrade). */
  workflows: readonly string[];
  pollMs: number;
  /** How long a paused process may keep others from starting what it was about to start. */
  letGoAfterMs: number;
  /** How many more workflows may start now. */
  room(): number;
  /** Starts one workflow and follows it. */
  start(workflow: string, id: string, input: unknown): Promise<void>;
  closing: AbortSignal;
  log: Log;
};

const batch = 50;
const pauseAfterErrorMs = 1000;

export class Dispatcher {
  readonly #options: DispatcherOptions;
  #wake: (() => void) | undefined;
  #woken = false;
  #full = false;
  #loop: Promise<void> | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  run(): void {
    this.#loop = this.#run();
    this.#options.closing.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** Looks at the table soon instead of at the next poll. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Looks again when starts were waiting for executions to end or to fall asleep. */
  roomWasMade(): void {
    if (this.#full) this.wake();
  }

  /** Resolves when the last batch is done after `closing`. */
  async ended(): Promise<void> {
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { closing, log, pollMs } = this.#options;
    while (!closing.aborted) {
      this.#woken = false;
      let full = false;
      let pauseMs = pollMs;
      try {
        full = await this.#startSome();
      } catch (error) {
        log.warn({ err: loggable(error) }, 'could not start workflows');
        pauseMs = pauseAfterErrorMs;
      }
      if (!full) await this.#pause(pauseMs);
    }
  }

  // True when there may be more. The rows are locked until they are gone: another process takes others
  // meanwhile, and when this one dies they are started again, which a known id makes harmless.
  async #startSome(): Promise<boolean> {
    const limit = Math.min(batch, this.#options.room());
    this.#full = limit <= 0;
    if (this.#full) return false;
    const { workflows, log } = this.#options;
    const taken = await inTransaction(this.#options.db, async (tx) => {
      await letGoAfter(tx, this.#options.letGoAfterMs);
      const rows = await tx
        .selectFrom('workflow_start')
        .select(['id', 'workflow', 'input'])
        .where('workflow', '=', sql<string>`any(${[...workflows]}::text[])`)
        .orderBy('requested_at')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute();
      if (rows.length === 0) return 0;
      await Promise.all(
        rows.map(async (row) => {
          try {
            await this.#options.start(row.workflow, row.id, row.input);
          } catch (error) {
            if (!engine.isIdTaken(error)) throw error;
            // It can never start, so the row must not come back with every poll.
            log.error(
              { workflow: row.workflow, workflowId: row.id },
              'this id belongs to a run of another workflow',
            );
          }
        }),
      );
      const ids = rows.map((row) => row.id);
      await tx.deleteFrom('workflow_start').where('id', 'in', ids).execute();
      return rows.length;
    });
    return taken === limit;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
