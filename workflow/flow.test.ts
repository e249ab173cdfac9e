// What `run` acts through: steps, timers, children and their order.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTransaction } from '../database/database.ts';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { type ChildHandle, defineWorkflow, type Flow, type StepRun } from './definition.ts';
import { Failed } from './failure.ts';
import type { WorkflowRuntime } from './runtime.ts';
import { runToEnd, startForTest } from './testing/start-for-test.ts';

type Seen = { order: string[]; running: number; most: number };
const context: Seen = { order: [], running: 0, most: 0 };

const step = {
  does: 'takes a moment',
  run: async (seen: Seen, args: { tag: string; fails?: boolean }, _step: StepRun): Promise<string> => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.order.push(args.tag);
    if (args.fails) throw new Failed({ kind: 'rejected', message: `${args.tag} refused`, reason: 'refused' });
    return args.tag;
  },
  undo: null,
  irreversibleBecause: 'a test looks at it',
} as const;

const child = defineWorkflow({
  name: 'test.child',
  steps: { step },
  run: async (flow, input: { tag: string; fails?: boolean }) =>
    (await flow.step('step', input)).toUpperCase(),
});

const family = defineWorkflow({
  name: 'test.family',
  steps: { step },
  async run(flow, input: { tags: { tag: string; fails?: boolean }[] }) {
    const children: ChildHandle<string>[] = [];
    for (const tag of input.tags) children.push(await flow.start(child, `${flow.id}/${tag.tag}`, tag));
    const outcomes = await Promise.all(children.map((started) => flow.outcome(started)));
    return outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.failure));
  },
});

const parallel = defineWorkflow({
  name: 'test.parallel',
  steps: { step },
  async run(flow, input: { tags: { tag: string; fails?: boolean }[] }) {
    return Promise.all(
      input.tags.map(async (tag) => {
        const first = await flow.step('step', tag);
        return `${first} ${await flow.step('step', { tag: `${tag.tag}'` })}`;
      }),
    );
  },
});

const forgetful = defineWorkflow({
  name: 'test.forgetful',
  steps: { step },
  async run(flow, input: { tag: string }) {
    flow.step('step', { tag: input.tag, fails: true });
    return 'ended';
  },
});

// Each waits until two of them have been at it at once, so that a queue of one would never end.
const twoAtOnce = Promise.withResolvers<void>();
const limited = defineWorkflow({
  name: 'test.limited',
  queue: { name: 'narrow', concurrency: 2 },
  steps: {
    step: {
      ...step,
      async run(seen: Seen, args: { tag: string }, _step: StepRun): Promise<string> {
        seen.running += 1;
        seen.most = Math.max(seen.most, seen.running);
        if (seen.running === 2) twoAtOnce.resolve();
        await twoAtOnce.promise;
        await new Promise((resolve) => setImmediate(resolve));
        seen.running -= 1;
        return args.tag;
      },
    },
  },
  run: async (flow, input: { tag: string }) => flow.step('step', input),
});

const nested: { flow?: Flow<object, never> } = {};
const misuse = defineWorkflow({
  name: 'test.misuse',
  steps: {
    sleeps: {
      does: 'uses the flow inside of a step',
      run: async (_context: object) => nested.flow?.sleep(1),
      undo: null,
      irreversibleBecause: 'it does nothing',
    },
  },
  async run(flow, _input: object) {
    nested.flow = flow as unknown as Flow<object, never>;
    await flow.step('sleeps');
  },
});

const database = useTestDatabase();
let runtime: WorkflowRuntime;
beforeAll(async () => {
  const definitions = [child, family, parallel, forgetful, limited, misuse];
  runtime = await startForTest<Seen>(database, { context, definitions, timeScale: 0 });
});
afterAll(() => runtime.close());

describe('child workflows', () => {
  test('run side by side and hand their results to the parent in the order it asks', async () => {
    const tags = ['c', 'a', 'b'].map((tag) => ({ tag }));
    expect(await runToEnd(database, runtime, family, { tags })).toEqual({ ok: true, value: ['C', 'A', 'B'] });
  });

  test('that fail tell the parent why and do not fail it', async () => {
    const tags = [{ tag: 'x' }, { tag: 'y', fails: true }];
    const outcome = await runToEnd(database, runtime, family, { tags });
    const failure = {
      step: 'step',
      kind: 'rejected',
      message: 'y refused',
      reason: 'refused',
      notUndone: [],
    };
    expect(outcome).toEqual({ ok: true, value: ['X', failure] });
  });

  test('with one id are one run, whoever starts them', async () => {
    const id = newId();
    context.order.length = 0;
    const [first, second] = await Promise.all([
      runToEnd(database, runtime, family, { tags: [{ tag: 'once' }, { tag: 'once' }] }, id),
      inTransaction(database.db, (tx) => runtime.start(tx, child, `${id}/once`, { tag: 'once' })),
    ]);
    expect(first).toEqual({ ok: true, value: ['ONCE', 'ONCE'] });
    expect(second).toBeUndefined();
    expect((await runtime.waitFor(`${id}/once`)).ok).toBe(true);
    expect(context.order).toEqual(['once']);
  });
});

describe('the calls of a flow', () => {
  test('happen one after the other in a fixed order, also when made at once', async () => {
    context.order.length = 0;
    const outcome = await runToEnd(database, runtime, parallel, {
      tags: [{ tag: '1' }, { tag: '2' }, { tag: '3' }],
    });
    expect(outcome).toEqual({ ok: true, value: ["1 1'", "2 2'", "3 3'"] });
    expect(context.order).toEqual(['1', '2', '3', "1'", "2'", "3'"]);
  });

  test('stop when one of those made at once fails: what had not begun never begins', async () => {
    context.order.length = 0;
    const tags = [{ tag: '1', fails: true }, { tag: '2' }, { tag: '3' }];
    const outcome = await runToEnd(database, runtime, parallel, { tags });
    expect(outcome).toMatchObject({ ok: false, failure: { message: '1 refused' } });
    expect(context.order).not.toContain('3');
  });

  test('that nobody awaits are finished before the workflow ends, and do not bring the process down', async () => {
    context.order.length = 0;
    const outcome = await runToEnd(database, runtime, forgetful, { tag: 'left alone' });
    expect(outcome).toEqual({ ok: true, value: 'ended' });
    expect(context.order).toEqual(['left alone']);
  });

  test('are refused inside of a step', async () => {
    const outcome = await runToEnd(database, runtime, misuse, {});
    expect(outcome).toMatchObject({ ok: false, failure: { step: 'sleeps', kind: 'unexpected' } });
  });
});

test('workflows of one queue never run more steps at once than it allows', async () => {
  context.most = 0;
  const ids = Array.from({ length: 20 }, () => newId());
  await inTransaction(database.db, async (tx) => {
    for (const id of ids) await runtime.start(tx, limited, id, { tag: id });
  });
  await Promise.all(ids.map((id) => runtime.waitFor(id)));
  expect(context.most).toBe(2);
});

test('200 workflows at once all end, each with its own result', async () => {
  const ids = Array.from({ length: 200 }, () => newId());
  await inTransaction(database.db, async (tx) => {
    for (const id of ids) await runtime.start(tx, child, id, { tag: id });
  });
  const outcomes = await Promise.all(ids.map((id) => runtime.waitFor<string>(id)));
  expect(outcomes).toEqual(ids.map((id) => ({ ok: true, value: id.toUpperCase() })));
});
