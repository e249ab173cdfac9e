// The connection pool and the typed query builder on it, and transactions that survive contention.
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { DB } from './types.ts';

/** Every table, keyed by name (`'mail.message'` outside of the schema `public`). */
export type Schema = DB;
export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;

export type DatabaseOptions = {
  /** Most connections held at once. */
  poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName?: string;
  /** The server cancels a statement after this long. 0 switches it off. */
  statementTimeoutMs?: number;
  /** Told when the server drops a connection; the pool replaces it by itself. */
  onConnectionLost?: (error: Error) => void;
};

/**
 * Opens a pool on `url`. Connects on the first query; ends with `db.destroy()`.
 *
 * Values come back as: `int8` number, `numeric` string, `timestamptz` Date, `date` string, `jsonb` parsed.
 */
export const openDatabase = (url: string, options: DatabaseOptions = {}): Db => {
  const lost = options.onConnectionLost ?? (() => {});
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    application_name: options.applicationName ?? 'inboxkit',
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // A transaction left open by a hung caller would hold its locks and stop vacuum for ever.
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // Without listeners Node turns an 'error' event into a crash. Idle connections report on the pool; one that
  // is checked out with no statement running (between two statements of a transaction) only on itself.
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
};

const parseInt8 = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
};

// Own parsers per pool: `pg.types.setTypeParser` is global and would change what other libraries read.
const own = new pg.TypeOverrides();
own.setTypeParser(pg.types.builtins.INT8, parseInt8);
// The default makes a Date at local midnight, which is another day in another time zone.
own.setTypeParser(pg.types.builtins.DATE, (text) => text);
const [int8Array, textArray] = [1016, 1009]; // object ids of the array types, the same in every server
const parseTextArray: (text: string) => (string | null)[] = pg.types.getTypeParser(textArray, 'text');
own.setTypeParser(int8Array, (text) =>
  parseTextArray(text).map((item) => (item === null ? null : parseInt8(item))),
);
const getTypeParser = own.getTypeParser.bind(own) as typeof pg.types.getTypeParser;

/** Contention the server asks to retry: serialization_failure and deadlock_detected. */
const retried = new Set(['40001', '40P01']);

/** The SQLSTATE of an error the server answered with (PostgreSQL manual, appendix A). */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined;

/** The unique index that a write ran into, when that is what went wrong (SQLSTATE 23505, unique_violation). */
export const violatedUnique = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError && error.code === '23505' ? error.constraint : undefined;

export type TransactionOptions = {
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** How often `fn` runs at most when the server reports contention. */
  attempts?: number;
};

/**
 * Runs `fn` in a transaction and commits when it resolves. Inside of another transaction it joins that one,
 * which then decides about commit and retry. `fn` runs again when the server reports a deadlock or a
 * serialization failure, so it must have no effect outside of the database.
 */
export const inTransaction = async <T>(
  db: Db,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> => {
  if (db.isTransaction) return fn(db as Tx);
  const attempts = options.attempts ?? 5;
  for (let attempt = 1; ; attempt++) {
    try {
      let begin = db.transaction();
      if (options.isolation) begin = begin.setIsolationLevel(options.isolation);
      return await begin.execute(fn);
    } catch (error) {
      if (attempt >= attempts || !retried.has(sqlState(error) ?? '')) throw error;
      // Random waits part transactions that would otherwise meet again.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
};

/** Runs `fn`, and undoes what it wrote when it throws; the transaction can go on from before it. */
export const inSavepoint = async <T>(tx: Tx, fn: () => Promise<T>): Promise<T> => {
  await sql`savepoint attempt`.execute(tx);
  try {
    const result = await fn();
    await sql`release savepoint attempt`.execute(tx);
    return result;
  } catch (error) {
    await sql`rollback to savepoint attempt`.execute(tx);
    throw error;
  }
};

/**
 * Runs `fn` in the transaction and takes back whatever it wrote, so that what it answers is what would happen: for a dry
 * run that has to pass every check of the real one. When `fn` throws, the transaction is over as ever.
 */
export const withoutEffect = async <T>(tx: Tx, fn: () => Promise<T>): Promise<T> => {
  await sql`savepoint without_effect`.execute(tx);
  const result = await fn();
  await sql`rollback to savepoint without_effect`.execute(tx);
  return result;
};
