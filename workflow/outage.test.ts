// A database that goes away under running workflows.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, inTransaction, openDatabase } from '../database/database.ts';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { defineWorkflow, type StepRun } from './definition.ts';
import type { WorkflowRuntime } from './runtime.ts';
import { startForTest } from './testing/start-for-test.ts';

type Context = { db: Db };
const done = async ({ db }: Context, _args: { n: number }, step: StepRun): Promise<void> => {
  await sleep(10);
  await sql`insert into done (key) values (${step.key}) on conflict do nothing`.execute(db);
};
const many = defineWorkflow({
  name: 'test.many',
  steps: {
    done: { does: 'writes a row', run: done, undo: null, irreversibleBecause: 'the test counts rows' },
  },
  async run(flow, input: { steps: number }) {
    for (let n = 0; n < input.steps; n++) await flow.step('done', { n });
    return input.steps;
  },
});

const database = useTestDatabase();
let db: Db;
let runtime: WorkflowRuntime;
beforeAll(async () => {
  await sql`create table done (key text primary key)`.execute(database.db);
  db = openDatabase(database.url, { poolSize: 4 });
  runtime = await startForTest<Context>(database, { context: { db }, definitions: [many], heartbeatMs: 100 });
});
afterAll(async () => {
  await runtime.close();
  await db.destroy();
});

const loseAllConnections = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db);

test('workflows outlast the loss of every database connection, again and again', async () => {
  const ids = Array.from({ length: 20 }, () => newId());
  await inTransaction(database.db, async (tx) => {
    for (const id of ids) await runtime.start(tx, many, id, { steps: 10 });
  });
  for (let times = 0; times < 3; times++) {
    await sleep(150);
    await loseAllConnections();
  }
  const patiently = async (id: string) => {
    for (;;) {
      try {
        return await runtime.waitFor(id);
      } catch {
        await sleep(50); // its own connection was among those lost
      }
    }
  };
  const outcomes = await Promise.all(ids.map(patiently));
  expect(outcomes).toEqual(ids.map(() => ({ ok: true, value: 10 })));
  const rows = await sql<{ count: number }>`select count(*) from done`.execute(database.db);
  expect(rows.rows[0]?.count).toBe(200);

  const next = newId();
  await inTransaction(database.db, (tx) => runtime.start(tx, many, next, { steps: 1 }));
  expect(await runtime.waitFor(next)).toEqual({ ok: true, value: 1 });
});
