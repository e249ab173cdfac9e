// What is taken back when a workflow fails, and in which order.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { defineWorkflow, type StepRun } from './definition.ts';
import { Failed, type FailureKind, type WorkflowFailure } from './failure.ts';
import type { WorkflowRuntime } from './runtime.ts';
import { runToEnd, startForTest } from './testing/start-for-test.ts';

type Plan = { [step: string]: (FailureKind | 'bug')[] };
type World = { plan: Plan; told: string[]; undone: { [step: string]: unknown }; failure?: WorkflowFailure };
const worlds = new Map<string, World>();
const worldOf = (id: string): World => worlds.get(id) ?? worlds.set(id, newWorld()).get(id)!;
const newWorld = (plan: Plan = {}): World => ({ plan, told: [], undone: {} });

const act = (world: World, what: string, step: StepRun) => {
  world.told.push(what);
  const next = world.plan[what]?.shift();
  if (next === 'bug') throw new Error(`bug in ${what}`);
  if (next) throw new Failed({ kind: next, message: `${what} of ${step.key} answered ${next}` });
};

const made = (name: string) => ({
  does: name,
  run: async (
    _context: object,
    args: { id: string; n: number },
    step: StepRun,
  ): Promise<{ made: string }> => {
    act(worldOf(args.id), name, step);
    return { made: `${name} ${args.n}` };
  },
  undo: async (
    _context: object,
    { args, result }: { args: { id: string; n: number }; result: { made: string } },
    step: StepRun,
  ): Promise<void> => {
    act(worldOf(args.id), `undo ${name}`, step);
    worldOf(args.id).undone[name] = { args, result, key: step.key };
  },
});

const order = defineWorkflow({
  name: 'test.order',
  steps: {
    charge: made('charge'),
    read: { ...made('read'), undo: null, irreversibleBecause: 'it only reads' },
    zone: made('zone'),
    mailbox: made('mailbox'),
  },
  async run(flow, input: { id: string; mailboxes: number; refuse?: boolean }) {
    const { id } = input;
    await flow.step('charge', { id, n: 1 });
    await flow.step('read', { id, n: 1 });
    await flow.step('zone', { id, n: 1 });
    for (let n = 1; n <= input.mailboxes; n++) await flow.step('mailbox', { id, n });
    if (input.refuse)
      throw new Failed({ kind: 'rejected', message: 'a mailbox is missing', reason: 'incomplete' });
    return 'made';
  },
  async onFailure(_context, { input, failure }, step) {
    const world = worldOf(input.id);
    act(world, 'onFailure', step);
    world.failure = failure;
  },
});

const swallowing = defineWorkflow({
  name: 'test.swallowing',
  steps: { zone: made('zone'), mailbox: made('mailbox') },
  async run(flow, input: { id: string }) {
    await flow.step('zone', { id: input.id, n: 1 });
    try {
      await flow.step('mailbox', { id: input.id, n: 1 });
    } catch (error) {
      return error instanceof Failed ? `went on without: ${error.failure.kind}` : 'not a failure';
    }
    return 'made';
  },
});

const database = useTestDatabase();
let runtime: WorkflowRuntime;
beforeAll(async () => {
  runtime = await startForTest(database, { context: {}, definitions: [order, swallowing], timeScale: 0 });
});
afterAll(() => runtime.close());

const run = async (plan: Plan, input: { mailboxes?: number; refuse?: boolean } = {}) => {
  const id = newId();
  const world = newWorld(plan);
  worlds.set(id, world);
  const outcome = await runToEnd(database, runtime, order, { id, mailboxes: 1, ...input }, id);
  return { id, world, outcome };
};

describe('a workflow that fails for good', () => {
  test('undoes its finished steps in reverse order, each with what it was given and what it had made', async () => {
    const { id, world, outcome } = await run({ mailbox: ['rejected'] });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { step: 'mailbox', kind: 'rejected', notUndone: [] },
    });
    expect(world.told).toEqual([
      'charge',
      'read',
      'zone',
      'mailbox',
      'undo zone',
      'undo charge',
      'onFailure',
    ]);
    expect(world.undone.charge).toEqual({
      args: { id, n: 1 },
      result: { made: 'charge 1' },
      key: `${id}:undo charge`,
    });
  });

  test('undoes each call of a step that was called several times, the last one first', async () => {
    const { world } = await run({}, { mailboxes: 3, refuse: true });
    expect(world.told.slice(-6)).toEqual([
      'undo mailbox',
      'undo mailbox',
      'undo mailbox',
      'undo zone',
      'undo charge',
      'onFailure',
    ]);
    expect(world.undone.mailbox).toMatchObject({ args: { n: 1 }, result: { made: 'mailbox 1' } });
  });

  test('can decide so between its steps, with a reason of its own', async () => {
    const { outcome, world } = await run({}, { refuse: true });
    expect(outcome).toEqual({
      ok: false,
      failure: {
        step: null,
        kind: 'rejected',
        message: 'a mailbox is missing',
        reason: 'incomplete',
        notUndone: [],
      },
    });
    expect(world.failure).toEqual(outcome.ok ? null : outcome.failure);
  });

  test('retries an undo like a step', async () => {
    const { world, outcome } = await run({
      mailbox: ['conflict'],
      'undo zone': ['transient', 'outcomeUnknown'],
    });
    expect(outcome).toMatchObject({ ok: false, failure: { notUndone: [] } });
    expect(world.told.filter((what) => what === 'undo zone')).toHaveLength(3);
    expect(world.undone.zone).toMatchObject({ args: { n: 1 }, result: { made: 'zone 1' } });
  });

  test('still undoes the others when one undo fails for good, and names that one', async () => {
    const { world, outcome } = await run({ mailbox: ['conflict'], 'undo zone': ['rejected'] });
    expect(outcome).toMatchObject({ ok: false, failure: { step: 'mailbox', kind: 'conflict' } });
    const failure = outcome.ok ? undefined : outcome.failure;
    expect(failure?.notUndone).toEqual([
      { step: 'zone', kind: 'rejected', message: expect.stringContaining('undo zone') },
    ]);
    expect(world.undone.charge).toMatchObject({ args: { n: 1 }, result: { made: 'charge 1' } });
    expect(world.failure).toEqual(failure);
  });

  test('repeats the way back for as long as it takes, because nobody else would finish it', async () => {
    const bugs = () => Array(9).fill('bug');
    const { world, outcome } = await run({ mailbox: ['conflict'], 'undo zone': bugs(), onFailure: bugs() });
    expect(outcome).toMatchObject({ ok: false, failure: { step: 'mailbox', notUndone: [] } });
    expect(world.told.filter((what) => what === 'undo zone')).toHaveLength(10);
    expect(world.told.filter((what) => what === 'onFailure')).toHaveLength(10);
  });

  test('is failed also when its onFailure is told no', async () => {
    const { world, outcome } = await run({ mailbox: ['conflict'], onFailure: ['rejected'] });
    expect(outcome).toMatchObject({ ok: false, failure: { step: 'mailbox', kind: 'conflict' } });
    expect(world.told.filter((what) => what === 'onFailure')).toHaveLength(1);
  });
});

test('a workflow may go on without a step that failed, and then undoes nothing', async () => {
  const id = newId();
  worlds.set(id, newWorld({ mailbox: ['notFound'] }));
  const outcome = await runToEnd(database, runtime, swallowing, { id }, id);
  expect(outcome).toEqual({ ok: true, value: 'went on without: notFound' });
  expect(worldOf(id).told).toEqual(['zone', 'mailbox']);
});
