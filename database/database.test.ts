// The pool: how values come back, and that lost connections and contention stay where they are.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type Db, inTransaction, openDatabase, sqlState } from './database.ts';
import { useTestDatabase } from './testing.ts';
import { newId } from './uuid.ts';

const database = useTestDatabase();

const read = async (db: Db, expression: string): Promise<unknown> => {
  const { rows } = await sql<{ value: unknown }>`select ${sql.raw(expression)} as value`.execute(db);
  return rows[0]?.value;
};

test.each([
  ['9007199254740991::bigint', 9_007_199_254_740_991],
  ['(-9007199254740991)::bigint', -9_007_199_254_740_991],
  ['array[1, null, 3]::bigint[]', [1, null, 3]],
  ['count(*)', 1],
  ["'1.10'::numeric", '1.10'],
  ["'2026-03-01T10:00:00.123Z'::timestamptz", new Date('2026-03-01T10:00:00.123Z')],
  ["'2026-03-01'::date", '2026-03-01'],
  [`'{"a": [1]}'::jsonb`, { a: [1] }],
  ["'\\x00ff'::bytea", Buffer.from([0, 255])],
])('%s comes back as the value it stands for', async (expression, value) => {
  expect(await read(database.db, expression)).toEqual(value);
});

test('a bigint that a number cannot hold is an error, not a rounded number', async () => {
  await expect(read(database.db, '9007199254740993::bigint')).rejects.toThrow(RangeError);
});

test('a connection the server ends while idle or inside of a transaction costs that work only', async () => {
  const lost: Error[] = [];
  const db = openDatabase(database.url, { poolSize: 2, onConnectionLost: (error) => lost.push(error) });
  try {
    const endAll = () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'inboxkit' and pid <> pg_backend_pid()`;
    await read(db, '1');
    await endAll().execute(database.db);
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    expect(await read(db, '2')).toBe(2);

    const before = lost.length;
    const cut = db.transaction().execute(async (tx) => {
      await read(tx, '3');
      await endAll().execute(database.db);
      await expect.poll(() => lost.length).toBeGreaterThan(before);
      await read(tx, '4');
    });
    await expect(cut).rejects.toThrow(/terminat|closed|not queryable/i);
    expect(await read(db, '5')).toBe(5);
  } finally {
    await db.destroy();
  }
});

test('a statement that takes longer than allowed is cancelled', async () => {
  const db = openDatabase(database.url, { statementTimeoutMs: 50 });
  try {
    const cancelled = read(db, 'pg_sleep(60)').catch(sqlState);
    expect(await cancelled).toBe('57014');
  } finally {
    await db.destroy();
  }
});

const makeAccounts = async () => {
  const table = `account_${newId().replaceAll('-', '')}`;
  await sql`create table ${sql.table(table)} (name text primary key, amount bigint not null)`.execute(
    database.db,
  );
  await sql`insert into ${sql.table(table)} values ('a', 0), ('b', 0)`.execute(database.db);
  const add = (tx: Db, name: string) =>
    sql`update ${sql.table(table)} set amount = amount + 1 where name = ${name}`.execute(tx);
  const amounts = async () => {
    const { rows } = await sql<{ amount: number }>`
      select amount from ${sql.table(table)} order by name`.execute(database.db);
    return rows.map((row) => row.amount);
  };
  return { add, amounts };
};

test('two transactions that lock each other out are both done in the end, each once', async () => {
  const { add, amounts } = await makeAccounts();
  let runs = 0;
  let arrived = 0;
  const bothHere = Promise.withResolvers<void>();
  const transfer = (first: string, second: string) =>
    inTransaction(database.db, async (tx) => {
      runs++;
      await add(tx, first);
      if (++arrived === 2) bothHere.resolve();
      await bothHere.promise;
      await add(tx, second);
    });
  await Promise.all([transfer('a', 'b'), transfer('b', 'a')]);
  expect(await amounts()).toEqual([2, 2]);
  expect(runs).toBe(3);
});

test('serializable transactions that read what the other writes are retried until both hold', async () => {
  const { add, amounts } = await makeAccounts();
  const options = { isolation: 'serializable', attempts: 20 } as const;
  const one = () => inTransaction(database.db, (tx) => add(tx, 'a'), options);
  await Promise.all([one(), one(), one()]);
  expect(await amounts()).toEqual([3, 0]);
});

test('an error of the caller rolls back and is not retried', async () => {
  const { add, amounts } = await makeAccounts();
  let runs = 0;
  const failing = inTransaction(database.db, async (tx) => {
    runs++;
    await add(tx, 'a');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await amounts()).toEqual([0, 0]);
  expect(runs).toBe(1);
});

test('contention that does not end is reported after the allowed attempts', async () => {
  let runs = 0;
  const failing = inTransaction(
    database.db,
    async (tx) => {
      runs++;
      await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`.execute(tx);
    },
    { attempts: 3 },
  );
  expect(await failing.catch(sqlState)).toBe('40001');
  expect(runs).toBe(3);
});

test('a transaction inside of another is part of it', async () => {
  const { add, amounts } = await makeAccounts();
  const outer = inTransaction(database.db, async (tx) => {
    await inTransaction(tx, (inner) => add(inner, 'a'));
    throw new Error('outer fails');
  });
  await expect(outer).rejects.toThrow('outer fails');
  expect(await amounts()).toEqual([0, 0]);
});

test('new ids are version 7, all different, and sort by the time they were made', () => {
  const ids = Array.from({ length: 2000 }, newId);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});
