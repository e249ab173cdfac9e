// The right of this process to execute workflows: a row that it keeps fresh, and that others may take away.
import { sql } from 'kysely';
import type { Db } from '../database/database.ts';
import { newId } from '../database/uuid.ts';
import { type Log, loggable } from './log.ts';

const sqlNow = sql<Date>`now()`;
const longAgo = new Date(0);

export type LeaseOptions = {
  db: Db;
  executorId: string;
  heartbeatMs: number;
  takeOverAfterMs: number;
  /** Hands on what this process still counts as its own, after it was taken over. */
  resumeOwn(): Promise<void>;
  /** Another process runs under the same executor id. */
  onReplaced(): void;
  log: Log;
};

/**
 * What holds when a process is paused and comes back (SIGSTOP, a partition) after another one has taken its
 * workflows:
 * - It measures its own silence from before the last heartbeat was sent, with its own clock, and starts no step
 *   while that silence is longer than a part of `takeOverAfterMs`: clocks of machines need not agree.
 * - Its next heartbeat finds the row gone. Everything that began before (an older `term`) stops there.
 * - A step body that was running when the pause came can still finish beside its repetition on the other side.
 *   Its checkpoint is refused (see `engine.ts`), its effect is the same one because steps are idempotent by key.
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #session = newId();
  readonly #renewed: (() => void)[] = [];
  #term = 0;
  #mustResume = false;
  #heldUntil = 0;
  #lastTroubleAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Counts the times this process has lost its workflows; a run belongs to the term in which it began. */
  get term(): number {
    return this.#term;
  }

  /**
   * False while the silence of another process may be the database's and not its own: after an outage every
   * row looks old, whoever is first to come back.
   */
  get mayJudgeOthers(): boolean {
    return performance.now() - this.#lastTroubleAt > this.#options.takeOverAfterMs;
  }

  /** Claims the row. Waits while another process is taking over what this executor id left behind. */
  async open(): Promise<void> {
    const sentAt = performance.now();
    await this.#options.db
      .insertInto('workflow_executor')
      .values({ executor_id: this.#options.executorId, session: this.#session })
      .onConflict((row) =>
        row
          .column('executor_id')
          .doUpdateSet({ session: this.#session, started_at: sqlNow, heartbeat_at: sqlNow }),
      )
      .execute();
    this.#renew(sentAt);
  }

  /** One heartbeat. Does not throw: a database that is away makes the lease run out instead. */
  async beat(): Promise<void> {
    const { db, executorId, log } = this.#options;
    const sentAt = performance.now();
    if (sentAt > this.#heldUntil) this.#lastTroubleAt = sentAt;
    try {
      const kept = await db
        .updateTable('workflow_executor')
        .set({ heartbeat_at: sqlNow })
        .where('executor_id', '=', executorId)
        .where('session', '=', this.#session)
        .executeTakeFirst();
      if (kept.numUpdatedRows === 0n && !(await this.#reclaim())) return;
      if (this.#mustResume) {
        await this.#options.resumeOwn();
        this.#mustResume = false;
      }
      this.#renew(sentAt);
    } catch (error) {
      this.#lastTroubleAt = performance.now();
      log.warn({ executorId, err: loggable(error) }, 'heartbeat failed');
    }
  }

  // The row is gone: another process has taken everything this one had. It goes on with a clean slate, unless
  // a third has the same executor id by now; then that one is the executor, and this one never holds again.
  async #reclaim(): Promise<boolean> {
    const { db, executorId, log } = this.#options;
    this.#term += 1;
    this.#heldUntil = 0;
    this.#wake();
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('workflow_executor')
      .values({ executor_id: executorId, session: this.#session })
      .onConflict((row) =>
        row
          .column('executor_id')
          .doUpdateSet({ session: this.#session, heartbeat_at: sqlNow })
          .where('workflow_executor.session', 'is', null),
      )
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n) {
      log.error({ executorId }, 'another process runs under the same executor id: this one stops executing');
      this.#options.onReplaced();
      return false;
    }
    log.warn({ executorId }, 'was silent for too long: its workflows go on in another process');
    // What began between the take-over and now belongs to a term that has passed, and to nobody else.
    this.#mustResume = true;
    return true;
  }

  /** Gives the row back. What is still unfinished is for others at once. */
  async close(leftUnfinished: boolean): Promise<void> {
    const { db, executorId } = this.#options;
    if (leftUnfinished) {
      await db
        .updateTable('workflow_executor')
        .set({ session: null, heartbeat_at: longAgo })
        .where('executor_id', '=', executorId)
        .where('session', '=', this.#session)
        .execute();
      return;
    }
    await db
      .deleteFrom('workflow_executor')
      .where('executor_id', '=', executorId)
      .where('session', '=', this.#session)
      .execute();
  }

  /** Whether a run of `term` may go on. Waits for the answer through an outage of the database. */
  async hold(term: number): Promise<boolean> {
    while (term === this.#term && performance.now() > this.#heldUntil) {
      await new Promise<void>((resolve) => this.#renewed.push(resolve));
    }
    return term === this.#term;
  }

  /** Whether a run of `term` may go on for sure, without waiting. */
  holds(term: number): boolean {
    return term === this.#term && performance.now() <= this.#heldUntil;
  }

  #renew(sentAt: number) {
    // A third of the time is left for what is under way when the lease runs out.
    this.#heldUntil = sentAt + (this.#options.takeOverAfterMs * 2) / 3;
    this.#wake();
  }

  #wake() {
    for (const resolve of this.#renewed.splice(0)) resolve();
  }
}
