// Finds processes that died and hands their workflows to the living; one process does it, once.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../database/database.ts';
import * as engine from './engine.ts';
import type { Log } from './log.ts';

export type TakeOverOptions = { db: Db; executorId: string; takeOverAfterMs: number; log: Log };

/**
 * Resumes the workflows of every process whose heartbeat is too old, and answers how many that were.
 *
 * The claim is the row lock on the dead process's row: another process skips it, and the dead one itself, if it
 * comes back at this moment, waits in its heartbeat and then finds the row gone. Should this process die half
 * way, the row is still there; resuming the same workflow twice is resuming it once, because what was resumed
 * no longer counts as the dead one's.
 */
export const takeOver = async (options: TakeOverOptions): Promise<number> => {
  let resumed = 0;
  while (await takeOne(options, (count) => (resumed += count))) {}
  return resumed;
};

const takeOne = (options: TakeOverOptions, report: (count: number) => void): Promise<boolean> =>
  inTransaction(options.db, async (tx) => {
    await letGoAfter(tx, options.takeOverAfterMs);
    const dead = await tx
      .selectFrom('workflow_executor')
      .select('executor_id')
      .where('executor_id', '!=', options.executorId)
      .where('heartbeat_at', '<', sql<Date>`now() - ${options.takeOverAfterMs} * interval '1 millisecond'`)
      .orderBy('heartbeat_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!dead) return false;
    const ids = await engine.pendingOf(dead.executor_id);
    await engine.resume(ids);
    await tx.deleteFrom('workflow_executor').where('executor_id', '=', dead.executor_id).execute();
    report(ids.length);
    if (ids.length > 0) {
      options.log.warn(
        { executorId: dead.executor_id, workflows: ids.length },
        'took over from a silent process',
      );
    }
    return true;
  });

/**
 * Ends the transaction when its process stops talking in the middle of it: the rows it has locked are skipped by
 * everybody else until then.
 */
export const letGoAfter = async (tx: Tx, ms: number): Promise<void> => {
  await sql`set local idle_in_transaction_session_timeout = ${sql.lit(ms)}`.execute(tx);
};

/**
 * Gives a row to every process that left workflows and has none, so that the next take-over sees it: one that
 * started a workflow in the moment it was taken over, and then died.
 */
export const registerOrphans = async (db: Db): Promise<void> => {
  // The only statement that reads a table of the engine itself: it has no call that answers this.
  await sql`
    insert into workflow_executor (executor_id, heartbeat_at)
    select distinct executor_id, 'epoch'::timestamptz from dbos.workflow_status where status = 'PENDING'
    on conflict (executor_id) do nothing`.execute(db);
};
