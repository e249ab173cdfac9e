// Starting: with the transaction, once per id.
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../database/clock.ts';
import { inTransaction } from '../database/database.ts';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { defineWorkflow } from './definition.ts';
import type { WorkflowRuntime, WorkflowRuntimeOptions } from './runtime.ts';
import { workflowStarter } from './starter.ts';
import { keptLog, runToEnd, startForTest } from './testing/start-for-test.ts';

const ran: string[] = [];
const note = async (_context: object, args: { what: string }): Promise<string> => {
  ran.push(args.what);
  return args.what;
};
const step = {
  does: 'notes that it ran',
  run: note,
  undo: null,
  irreversibleBecause: 'a note stays',
} as const;

const noting = defineWorkflow({
  name: 'test.noting',
  steps: { step },
  run: async (flow, input: { what: string }) => flow.step('step', input),
});
const other = defineWorkflow({
  name: 'test.other',
  steps: { step },
  run: async (flow, input: { what: string }) => flow.step('step', { what: `other ${input.what}` }),
});
const sleepy = defineWorkflow({
  name: 'test.sleepy',
  steps: { step },
  async run(flow, input: { what: string; ms: number }) {
    await flow.step('step', { what: `${input.what} before` });
    await flow.sleep(input.ms);
    return flow.step('step', { what: `${input.what} after` });
  },
});
// A step that is under way until the test lets it go.
let gate = Promise.withResolvers<void>();
let entered = Promise.withResolvers<void>();
const gated = defineWorkflow({
  name: 'test.gated',
  steps: {
    wait: {
      does: 'waits for the test',
      async run(_context: object) {
        ran.push('wait');
        entered.resolve();
        await gate.promise;
      },
      undo: null,
      irreversibleBecause: 'waiting leaves nothing behind',
    },
    step,
  },
  async run(flow, input: { what: string }) {
    await flow.step('wait');
    return flow.step('step', input);
  },
});

const definitions = [noting, other, sleepy, gated];
const database = useTestDatabase();
const open: WorkflowRuntime[] = [];
const start = async (options: Partial<WorkflowRuntimeOptions<object>> = {}) => {
  const runtime = await startForTest<object>(database, { context: {}, definitions, ...options });
  open.push(runtime);
  return runtime;
};
const close = async (runtime: WorkflowRuntime) => {
  open.splice(open.indexOf(runtime), 1);
  await runtime.close();
};
afterEach(async () => {
  for (const runtime of [...open]) await close(runtime);
  ran.length = 0;
});
const waitingStarts = async () =>
  (await database.db.selectFrom('workflow_start').select('id').execute()).map(({ id }) => id);
const eventually = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe('starting a workflow', () => {
  test('in a transaction that rolls back never starts it', async () => {
    const runtime = await start();
    const [lost, kept] = [newId(), newId()];
    const failing = inTransaction(database.db, async (tx) => {
      await runtime.start(tx, noting, lost, { what: 'lost' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await runToEnd(database, runtime, noting, { what: 'kept' }, kept);
    expect(ran).toEqual(['kept']);
    expect(await runtime.status(lost)).toBeNull();
    await expect(runtime.waitFor(lost)).rejects.toThrow(`no workflow has the id ${lost}`);
  });

  test('waits for the commit', async () => {
    const runtime = await start();
    const [first, second] = [newId(), newId()];
    await inTransaction(database.db, async (tx) => {
      await runtime.start(tx, noting, first, { what: 'first' });
      await runToEnd(database, runtime, noting, { what: 'second' }, second);
      expect(ran).toEqual(['second']);
    });
    await runtime.waitFor(first);
    expect(ran).toEqual(['second', 'first']);
  });

  test('twice with one id, before or after its end, is one run', async () => {
    const runtime = await start();
    const id = newId();
    await inTransaction(database.db, async (tx) => {
      await runtime.start(tx, noting, id, { what: 'once' });
      await runtime.start(tx, noting, id, { what: 'twice' });
    });
    expect(await runtime.waitFor(id)).toEqual({ ok: true, value: 'once' });
    expect(await runToEnd(database, runtime, noting, { what: 'thrice' }, id)).toEqual({
      ok: true,
      value: 'once',
    });
    await eventually(async () => (await waitingStarts()).length === 0);
    expect(ran).toEqual(['once']);
  });

  test('with an id that belongs to another workflow changes nothing and holds up nobody', async () => {
    const log = keptLog();
    const runtime = await start({ log });
    const id = newId();
    await runToEnd(database, runtime, noting, { what: 'mine' }, id);
    await inTransaction(database.db, (tx) => runtime.start(tx, other, id, { what: 'yours' }));
    await runToEnd(database, runtime, other, { what: 'next' });
    await eventually(async () => (await waitingStarts()).length === 0);
    expect(ran).toEqual(['mine', 'other next']);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: { workflow: 'test.other', workflowId: id } }),
    );
  });

  test('needs no runtime where it is asked for: a process that executes starts it when it comes', async () => {
    const id = newId();
    await inTransaction(database.db, (tx) => workflowStarter().start(tx, noting, id, { what: 'later' }));
    const runtime = await start();
    expect(await runtime.waitFor(id)).toEqual({ ok: true, value: 'later' });
  });

  test('that this process does not know leaves it to one that does', async () => {
    const id = newId();
    const old = await start({ definitions: [noting] });
    await inTransaction(database.db, (tx) => old.start(tx, other, id, { what: 'new' }));
    await runToEnd(database, old, noting, { what: 'old' });
    expect(await old.status(id)).toMatchObject({ state: 'waiting', workflow: 'test.other' });
    await close(old);
    const upgraded = await start();
    expect(await upgraded.waitFor(id)).toEqual({ ok: true, value: 'other new' });
  });

  test('is no trouble for a process that knows no workflow at all', async () => {
    const log = keptLog();
    const empty = await start({ definitions: [], log });
    await inTransaction(database.db, (tx) => empty.start(tx, noting, newId(), { what: 'nobody' }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await close(empty);
    expect(log.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    await sql`delete from workflow_start`.execute(database.db);
  });

  test.each([
    ['a date', new Date(), 'input.what is not plain JSON: an instance of a class'],
    ['a hole in a list', [1, undefined], 'input.what[1] is undefined'],
    ['a bigint, however deep', { deep: [10n] }, 'input.what.deep[0] is not plain JSON: bigint'],
    ['NaN', Number.NaN, 'input.what is not plain JSON: number'],
  ])('refuses an input that would come back different: %s', async (_title, what, message) => {
    const input = { what } as unknown as { what: string };
    const start = inTransaction(database.db, (tx) => workflowStarter().start(tx, noting, newId(), input));
    await expect(start).rejects.toThrow(message);
  });
});

describe('a restart', () => {
  test('does not start a durable timer anew', async () => {
    const clock = new VirtualClock();
    const id = newId();
    const options = { clock, timeScale: 1, executorId: 'sleeper' };
    const before = await start(options);
    await inTransaction(database.db, (tx) => before.start(tx, sleepy, id, { what: 'it', ms: 60_000 }));
    await eventually(() => clock.sleeping === 1);
    await clock.advance(40_000);
    await close(before);
    expect(clock.sleeping).toBe(0);

    const after = await start(options);
    await eventually(() => clock.sleeping === 1);
    await clock.advance(19_999);
    expect(await after.status(id)).toMatchObject({ state: 'running' });
    await clock.advance(1);
    expect(await after.waitFor(id)).toEqual({ ok: true, value: 'it after' });
    expect(ran).toEqual(['it before', 'it after']);
  });

  test('finishes the steps under way first and does not repeat them', async () => {
    gate = Promise.withResolvers();
    entered = Promise.withResolvers();
    const id = newId();
    const before = await start({ executorId: 'careful' });
    await inTransaction(database.db, (tx) => before.start(tx, gated, id, { what: 'next' }));
    await entered.promise;
    const closed = close(before);
    gate.resolve();
    await closed;
    expect(ran).toEqual(['wait']);

    const after = await start({ executorId: 'careful' });
    expect(await after.waitFor(id)).toEqual({ ok: true, value: 'next' });
    expect(ran).toEqual(['wait', 'next']);
  });

  test('under another name goes on with what a stopped process has left', async () => {
    gate = Promise.withResolvers();
    entered = Promise.withResolvers();
    const id = newId();
    const before = await start({ executorId: 'one', drainMs: 1 });
    await inTransaction(database.db, (tx) => before.start(tx, gated, id, { what: 'next' }));
    await entered.promise;
    await close(before);
    gate.resolve();

    const after = await start({ executorId: 'two', heartbeatMs: 50 });
    expect(await after.waitFor(id)).toEqual({ ok: true, value: 'next' });
    expect(ran).toEqual(['wait', 'wait', 'next']);
    const executors = await database.db.selectFrom('workflow_executor').select('executor_id').execute();
    expect(executors.map((row) => row.executor_id)).toEqual(['two']);
  });
});

describe('a changed workflow', () => {
  const one = defineWorkflow({
    name: 'test.changed',
    steps: { step },
    async run(flow, input: { what: string }) {
      await flow.step('step', { what: `${input.what} 1` });
      await flow.sleep(1000);
      await flow.step('step', { what: `${input.what} 3` });
    },
  });
  const two = defineWorkflow({
    name: 'test.changed',
    steps: { step },
    async run(flow, input: { what: string }) {
      await flow.step('step', { what: `${input.what} 1` });
      await flow.sleep(1000);
      if (await flow.patched('step-2')) await flow.step('step', { what: `${input.what} 2` });
      await flow.step('step', { what: `${input.what} 3` });
    },
  });
  const renamed = defineWorkflow({
    name: 'test.changed',
    steps: { otherStep: step },
    run: async (flow, input: { what: string }) => flow.step('otherStep', { what: `${input.what} wrong` }),
  });

  test('takes its new way in new runs and the old one in runs that have already passed it', async () => {
    const clock = new VirtualClock();
    const options = { clock, timeScale: 1, executorId: 'upgraded' };
    const id = newId();
    // The old run has passed the place of the change when its last checkpoint is the step after it.
    const before = await start({
      ...options,
      definitions: [one],
      faults: { afterCheckpoint: ({ attempt }) => (attempt === 0 && ran.length === 2 ? 'crash' : undefined) },
    });
    await inTransaction(database.db, (tx) => before.start(tx, one, id, { what: 'old' }));
    await eventually(() => clock.sleeping === 1);
    await clock.advance(1000);
    await eventually(() => ran.length === 2);
    await close(before);

    const after = await start({ ...options, definitions: [two] });
    expect((await after.waitFor(id)).ok).toBe(true);
    const next = newId();
    await inTransaction(database.db, (tx) => after.start(tx, two, next, { what: 'new' }));
    await eventually(() => clock.sleeping === 1);
    await clock.advance(1000);
    await after.waitFor(next);
    expect(ran).toEqual(['old 1', 'old 3', 'new 1', 'new 2', 'new 3']);
  });

  test('whose code no longer fits a run leaves that run as it is, neither failed nor undone', async () => {
    const clock = new VirtualClock();
    const options = { clock, timeScale: 1, executorId: 'mistaken' };
    const log = keptLog();
    const id = newId();
    const before = await start({ ...options, definitions: [one] });
    await inTransaction(database.db, (tx) => before.start(tx, one, id, { what: 'old' }));
    await eventually(() => clock.sleeping === 1);
    await close(before);

    const wrong = await start({ ...options, definitions: [renamed], log });
    await eventually(() => log.lines.some(({ message }) => message.startsWith('workflow is stuck')));
    expect(await wrong.status(id)).toMatchObject({ state: 'running' });
    await close(wrong);

    const repaired = await start({ ...options, definitions: [one] });
    await eventually(() => clock.sleeping === 1);
    await clock.advance(1000);
    expect((await repaired.waitFor(id)).ok).toBe(true);
    expect(ran).toEqual(['old 1', 'old 3']);
  });
});

test('ended workflows are forgotten after the time they are kept, unfinished ones never', async () => {
  const [ended, asleep] = [newId(), newId()];
  const clock = new VirtualClock();
  const first = await start({ executorId: 'tidy', clock, timeScale: 1 });
  await inTransaction(database.db, (tx) => first.start(tx, sleepy, asleep, { what: 'long', ms: 1000 }));
  await runToEnd(database, first, noting, { what: 'done' }, ended);
  await eventually(() => clock.sleeping === 1);
  await close(first);
  await sql`update dbos.workflow_status
            set created_at = 0, updated_at = 0,
                completed_at = case when completed_at is null then null else 1 end`.execute(database.db);

  const second = await start({ executorId: 'tidy', clock, timeScale: 1, keepEndedMs: 1000 });
  await eventually(async () => (await second.status(ended)) === null);
  await eventually(() => clock.sleeping === 1);
  await clock.advance(1000);
  expect((await second.waitFor(asleep)).ok).toBe(true);
});
