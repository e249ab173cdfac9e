// Processes that die, pause or share a name, as real processes.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../database/database.ts';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import type { WorkflowDefinition } from './definition.ts';
import { workflowStarter } from './starter.ts';
import { buying, family, marksTable, working } from './testing/worker-process.ts';

const database = useTestDatabase();
const processes: ChildProcess[] = [];

const worker = async (executorId: string): Promise<ChildProcess> => {
  const started = fork(join(import.meta.dirname, 'testing/worker-process.ts'), [database.url, executorId]);
  processes.push(started);
  await once(started, 'message');
  return started;
};
const kill = async (killed: ChildProcess, signal: NodeJS.Signals) => {
  const ended = once(killed, 'exit');
  killed.kill(signal);
  await ended;
};

beforeAll(async () => {
  await marksTable.execute(database.db);
});
afterEach(async () => {
  for (const left of processes.splice(0)) {
    if (left.exitCode === null && left.signalCode === null) await kill(left, 'SIGKILL');
  }
  await sql`truncate mark`.execute(database.db);
});

const start = <Input>(
  workflow: WorkflowDefinition<never, Input, unknown>,
  id: string,
  input: NoInfer<Input>,
) => inTransaction(database.db, (tx) => workflowStarter().start(tx, workflow, id, input));

type Mark = { key: string; what: string; executor_id: string };
const marks = async () =>
  (await sql<Mark>`select key, what, executor_id from mark order by at`.execute(database.db)).rows;
const ended = async (id: string) =>
  (
    await sql`select 1 from dbos.workflow_status where workflow_uuid = ${id} and status = 'SUCCESS'`.execute(
      database.db,
    )
  ).rows.length > 0;
const eventually = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const timesBegun = (all: Mark[]) => {
  const times = new Map<string, number>();
  for (const { key, what } of all) if (what === 'begin') times.set(key, (times.get(key) ?? 0) + 1);
  return times;
};

describe('a process that is killed', () => {
  test('is followed by another one, which repeats at most the one step of each workflow that was under way', async () => {
    const first = await worker('first');
    const ids = Array.from({ length: 8 }, () => newId());
    for (const id of ids) await start(working, id, { steps: 6, ms: 60 });
    await eventually(async () => (await marks()).filter(({ what }) => what === 'end').length >= 12);
    await kill(first, 'SIGKILL');
    await worker('second');
    for (const id of ids) await eventually(() => ended(id));

    const begun = timesBegun(await marks());
    expect(begun.size).toBe(8 * 6);
    for (const id of ids) {
      const repeated = [...begun].filter(([key, times]) => key.startsWith(id) && times > 1);
      expect(repeated.length).toBeLessThanOrEqual(1);
      expect(repeated.every(([, times]) => times === 2)).toBe(true);
    }
  });

  test('is taken over by exactly one of several', async () => {
    const [first, second, third] = [await worker('first'), await worker('second'), await worker('third')];
    const id = newId();
    await start(family, id, { children: 4, steps: 5, ms: 50 });
    await eventually(async () => (await marks()).length > 8);
    const holder = { first, second, third }[(await marks())[0]!.executor_id as 'first' | 'second' | 'third'];
    await kill(holder, 'SIGKILL');
    await eventually(() => ended(id));

    const all = await marks();
    const begun = timesBegun(all);
    expect(begun.size).toBe(4 * 5);
    expect(Math.max(...begun.values())).toBeLessThanOrEqual(2);
    expect(new Set(all.map(({ executor_id }) => executor_id)).size).toBe(2);
  });

  test('never leads to a blind repetition of what may have happened: it is asked about', async () => {
    const first = await worker('first');
    const id = newId();
    await start(buying, id, { ms: 60_000 });
    await eventually(async () => (await marks()).some(({ what }) => what === 'bought'));
    await kill(first, 'SIGKILL');
    await worker('second');
    await eventually(() => ended(id));
    expect((await marks()).filter(({ what }) => what === 'bought')).toHaveLength(1);
  });

  test('goes on at once with its own work when it comes back under its name', async () => {
    const first = await worker('first');
    const id = newId();
    await start(working, id, { steps: 20, ms: 20 });
    await eventually(async () => (await marks()).length > 10);
    await kill(first, 'SIGKILL');
    await worker('first');
    await eventually(() => ended(id));
    expect(timesBegun(await marks()).size).toBe(20);
  });
});

describe('a process that is paused for too long and comes back', () => {
  test('does no more than the step under way of each workflow it has lost, and goes on with new ones', async () => {
    const first = await worker('first');
    const ids = Array.from({ length: 6 }, () => newId());
    for (const id of ids) await start(working, id, { steps: 5, ms: 60 });
    await eventually(async () => (await marks()).filter(({ what }) => what === 'end').length >= 6);
    first.kill('SIGSTOP');
    const second = await worker('second');
    for (const id of ids) await eventually(() => ended(id));
    const before = (await marks()).length;
    first.kill('SIGCONT');

    // It is awake when it executes what only it can: the other one is gone.
    await kill(second, 'SIGKILL');
    const next = newId();
    await start(working, next, { steps: 5, ms: 60 });
    await eventually(() => ended(next));
    const all = await marks();
    const late = all.slice(before).filter(({ key }) => !key.startsWith(next));
    for (const id of ids) {
      expect(late.filter(({ key }) => key.startsWith(id)).length).toBeLessThanOrEqual(2);
      expect(await ended(id)).toBe(true);
    }
    expect(all.filter(({ key }) => key.startsWith(next)).map((row) => row.executor_id)).toEqual(
      Array(10).fill('first'),
    );
    expect(Math.max(...timesBegun(all).values())).toBeLessThanOrEqual(2);
  });

  test('stops executing when another one runs under its name by then', async () => {
    const first = await worker('first');
    const id = newId();
    await start(working, id, { steps: 15, ms: 50 });
    await eventually(async () => (await marks()).length > 4);
    first.kill('SIGSTOP');
    const successor = await worker('first');
    await eventually(() => ended(id));
    first.kill('SIGCONT');
    const [message] = await once(first, 'message');
    expect(message).toBe('fenced');
    const before = await marks();
    await kill(successor, 'SIGKILL');
    const next = newId();
    await start(working, next, { steps: 1, ms: 1 });
    await worker('third');
    await eventually(() => ended(next));
    const byNext = (await marks()).slice(before.length);
    expect(new Set(byNext.map((row) => row.executor_id))).toEqual(new Set(['third']));
  });
});
