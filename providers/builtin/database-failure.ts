// The built-in vendor's wire is the connection to the database. This file says in the terms of
// `contracts/failure.ts` how a call ended when that wire broke; every other error is a defect and passes through.
import { type Db, inTransaction, sqlState, type Tx } from '../../database/database.ts';
import { outcomeUnknown, transient } from '../contracts/failure.ts';

/** Runs a change in one transaction: it happens whole or not at all, or it is said that nobody knows. */
export const change = async <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => {
  let committing = false;
  try {
    return await inTransaction(db, async (tx) => {
      committing = false;
      const result = await work(tx);
      committing = true;
      return result;
    });
  } catch (error) {
    const loss = lossOf(error);
    if (!loss) throw error;
    // A transaction whose COMMIT was never sent is rolled back by the server for certain. One whose COMMIT was
    // sent and not answered may be either.
    if (committing && loss === 'connection') {
      throw outcomeUnknown('The connection was lost before the change was confirmed.', String(error));
    }
    throw transient('The database could not be reached.', String(error));
  }
};

/** Runs a query that changes nothing. */
export const read = async <T>(query: () => Promise<T>): Promise<T> => {
  try {
    return await query();
  } catch (error) {
    if (!lossOf(error)) throw error;
    throw transient('The database could not be reached.', String(error));
  }
};

/** `server`: the server said that it did not do it. `connection`: nobody is left to say. */
const lossOf = (error: unknown): 'server' | 'connection' | null => {
  const state = sqlState(error);
  // PostgreSQL manual, appendix A: admin_shutdown, crash_shutdown; cannot_connect_now is said before any work.
  if (state === '57P01' || state === '57P02') return 'connection';
  // Class 40 rolled back, 53 out of resources, query_canceled, cannot_connect_now, lock_not_available, and a
  // transaction ended for idling.
  if (state !== undefined) {
    return /^(40|53)|^(57014|57P03|55P03|25P03)$/.test(state) ? 'server' : null;
  }
  if (!(error instanceof Error)) return null;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT)/.test(code)) return 'connection';
  // The driver names these in words only (pg 8: `Connection terminated…`, a client used after its connection
  // broke, and a pool that gave up connecting).
  return /^Connection terminated|not queryable$|timeout exceeded when trying to connect/.test(error.message)
    ? 'connection'
    : null;
};
