// How the ways in which a database fails are told apart; the conformance suites show a lost COMMIT.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Db, openDatabase } from '../../database/database.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { failureOf } from '../contracts/failure.conformance.ts';
import { rejected } from '../contracts/failure.ts';
import { change, read } from './database-failure.ts';
import { openFaultyDatabase } from './testing.ts';

const database = useTestDatabase();
const one = (db: Db) => sql`select 1`.execute(db);

describe('a database that fails', () => {
  test('while nobody answers its address is transient, for reads and for changes', async () => {
    const gone = await openFaultyDatabase(database.url);
    await gone.close();
    const db = openDatabase(gone.url);
    try {
      expect((await failureOf(read(() => one(db)))).kind).toBe('transient');
      expect((await failureOf(change(db, one))).kind).toBe('transient');
    } finally {
      await db.destroy();
    }
  });

  test('by ending the connection within a transaction is transient: nothing was committed', async () => {
    const ended = change(database.db, async (tx) => {
      await sql`insert into registry.attempt values ('ended', 1)`.execute(tx);
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
    });
    expect((await failureOf(ended)).kind).toBe('transient');
    const rows = await database.db.selectFrom('registry.attempt').selectAll().execute();
    expect(rows).toEqual([]);
  });

  test('by cancelling a statement that takes too long is transient', async () => {
    const slow = change(database.db, async (tx) => {
      await sql`set local statement_timeout = 10`.execute(tx);
      await sql`select pg_sleep(30)`.execute(tx);
    });
    expect((await failureOf(slow)).kind).toBe('transient');
  });

  test('because of a defect of ours stays that defect', async () => {
    await expect(read(() => sql`select nothing`.execute(database.db))).rejects.toThrow('does not exist');
    await expect(change(database.db, () => Promise.reject(new TypeError('ours')))).rejects.toThrow(TypeError);
  });

  test('has nothing to do with a refusal, which passes through and rolls back', async () => {
    const refused = change(database.db, async (tx) => {
      await sql`insert into registry.attempt values ('refused', 1)`.execute(tx);
      throw rejected('no', 'said_no');
    });
    expect(await failureOf(refused)).toMatchObject({ kind: 'rejected', reason: 'said_no' });
    expect(await database.db.selectFrom('registry.attempt').selectAll().execute()).toEqual([]);
  });
});
