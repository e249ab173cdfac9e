// How a step is repeated, asked about or given up.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from './definition.ts';
import { Failed, type FailureKind } from './failure.ts';
import type { StepEvent } from './log.ts';
import type { WorkflowRuntime } from './runtime.ts';
import { keptLog, runToEnd, startForTest } from './testing/start-for-test.ts';

// A registrar that answers what a test tells it to, and counts how often it really sold a name.
type Answer = 'sell' | 'sellAndLoseTheAnswer' | 'loseTheQuestion' | 'crashAfterSelling' | FailureKind | 'bug';
type Registrar = {
  answers: Answer[];
  lookups: ('truth' | 'unknown' | 'unauthorized')[];
  sold: Map<string, number>;
  calls: StepRun[];
  asked: number;
};

const registrars = new Map<string, Registrar>();
const registrarOf = (name: string): Registrar => {
  const known = registrars.get(name);
  if (!known) throw new Error(`no registrar for ${name}`);
  return known;
};

const buy = async (
  _context: object,
  args: { name: string },
  step: StepRun,
): Promise<{ boughtAs: string }> => {
  const registrar = registrarOf(args.name);
  registrar.calls.push(step);
  const answer = registrar.answers.shift() ?? 'sell';
  if (answer === 'bug') throw new TypeError('cannot read properties of undefined');
  if (answer === 'loseTheQuestion') throw new Failed({ kind: 'outcomeUnknown', message: 'timed out' });
  if (answer.startsWith('sell') || answer === 'crashAfterSelling') {
    registrar.sold.set(step.key, (registrar.sold.get(step.key) ?? 0) + 1);
    if (answer === 'sellAndLoseTheAnswer') throw new Failed({ kind: 'outcomeUnknown', message: 'timed out' });
    if (answer === 'crashAfterSelling') throw new TypeError('response has no field id');
    return { boughtAs: step.key };
  }
  throw new Failed({ kind: answer as FailureKind, message: `answered ${answer}`, reason: 'told_so' });
};

const find = async (
  _context: object,
  args: { name: string },
): Promise<FoundOutcome<{ boughtAs: string }>> => {
  const registrar = registrarOf(args.name);
  registrar.asked += 1;
  const lookup = registrar.lookups.shift() ?? 'truth';
  if (lookup === 'unknown') return { outcome: 'unknown' };
  if (lookup === 'unauthorized') throw new Failed({ kind: 'unauthorized', message: 'key revoked' });
  const [key] = registrar.sold.keys();
  return key ? { outcome: 'happened', result: { boughtAs: key } } : { outcome: 'didNotHappen' };
};

const table = { does: 'buys', run: buy, undo: null, irreversibleBecause: 'sold for a year' } as const;
const plain = defineWorkflow({
  name: 'test.plain',
  steps: { buy: table },
  run: async (flow, input: { name: string }) => flow.step('buy', { name: input.name }),
});
const askable = defineWorkflow({
  name: 'test.askable',
  steps: { buy: { ...table, canEndUnknown: true, findOutcome: find } },
  run: async (flow, input: { name: string }) => flow.step('buy', { name: input.name }),
});
const twice = defineWorkflow({
  name: 'test.twice',
  steps: { buy: table },
  run: async (flow, input: { name: string }) => {
    const first = await flow.step('buy', { name: input.name });
    const second = await flow.step('buy', { name: input.name });
    return [first.boughtAs, second.boughtAs];
  },
});

const database = useTestDatabase();
const log = keptLog();
const events: StepEvent[] = [];
let runtime: WorkflowRuntime;
beforeAll(async () => {
  const definitions = [plain, askable, twice];
  runtime = await startForTest(database, {
    context: {},
    definitions,
    log,
    timeScale: 0,
    onStep: (event) => void events.push(event),
  });
});
afterAll(() => runtime.close());
beforeEach(() => registrars.clear());

const registrar = (answers: Answer[], lookups: Registrar['lookups'] = []) => {
  const name = newId();
  const world: Registrar = { answers, lookups, sold: new Map(), calls: [], asked: 0 };
  registrars.set(name, world);
  return { name, world };
};
const times = (world: Registrar) => [...world.sold.values()].reduce((sum, count) => sum + count, 0);

describe('a step', () => {
  test.each(['rejected', 'insufficientFunds', 'notFound', 'conflict', 'unauthorized'] as const)(
    'that ends %s runs once and fails the workflow with that failure',
    async (kind) => {
      const { name, world } = registrar([kind]);
      const outcome = await runToEnd(database, runtime, plain, { name });
      expect(outcome).toEqual({
        ok: false,
        failure: { step: 'buy', kind, message: `answered ${kind}`, reason: 'told_so', notUndone: [] },
      });
      expect(world.calls).toHaveLength(1);
    },
  );

  test('that fails for a while succeeds in the end, with the same key and a higher attempt each time', async () => {
    const { name, world } = registrar(['transient', 'rateLimited', 'transient', 'sell']);
    const id = newId();
    const outcome = await runToEnd(database, runtime, plain, { name }, id);
    expect(outcome).toEqual({ ok: true, value: { boughtAs: `${id}:buy` } });
    expect(world.calls.map(({ key, attempt }) => [key, attempt])).toEqual([
      [`${id}:buy`, 1],
      [`${id}:buy`, 2],
      [`${id}:buy`, 3],
      [`${id}:buy`, 4],
    ]);
  });

  test('that never gets through is given up after as many attempts as the policy says', async () => {
    const { name, world } = registrar(Array(50).fill('transient'));
    const outcome = await runToEnd(database, runtime, plain, { name });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'transient' } });
    expect(world.calls).toHaveLength(30);
  });

  test('that throws what nobody declared is tried a few times, then fails the workflow as unexpected', async () => {
    const { name, world } = registrar(Array(50).fill('bug'));
    const outcome = await runToEnd(database, runtime, plain, { name });
    expect(outcome).toMatchObject({
      ok: false,
      failure: { kind: 'unexpected', message: 'cannot read properties of undefined' },
    });
    expect(world.calls).toHaveLength(6);
  });

  test('that is called again in the same run has a key of its own', async () => {
    const { name } = registrar([]);
    const id = newId();
    const outcome = await runToEnd(database, runtime, twice, { name }, id);
    expect(outcome).toEqual({ ok: true, value: [`${id}:buy`, `${id}:buy#2`] });
  });

  test('is told of in the log at debug, its failures at warn, and to metrics with its duration', async () => {
    const { name } = registrar(['transient']);
    const id = newId();
    await runToEnd(database, runtime, plain, { name }, id);
    const mine = log.lines.filter(({ fields }) => fields.workflowId === id);
    expect(mine.map(({ level, message }) => [level, message])).toEqual([
      ['debug', 'step begins'],
      ['warn', 'step failed: answered transient'],
      ['debug', 'step begins'],
      ['debug', 'step ended'],
    ]);
    const told = events.filter(({ workflowId }) => workflowId === id);
    expect(told.map(({ step, attempt, result }) => [step, attempt, result])).toEqual([
      ['buy', 1, 'transient'],
      ['buy', 2, 'done'],
    ]);
    expect(told.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });
});

describe('a step whose outcome is unknown', () => {
  test('is not repeated when it had acted: what was found is its result', async () => {
    const { name, world } = registrar(['sellAndLoseTheAnswer']);
    const outcome = await runToEnd(database, runtime, askable, { name });
    expect(outcome).toEqual({ ok: true, value: { boughtAs: [...world.sold.keys()][0] } });
    expect(world.calls).toHaveLength(1);
    expect(times(world)).toBe(1);
  });

  test('is repeated with the same key when it had not acted', async () => {
    const { name, world } = registrar(['loseTheQuestion', 'sell']);
    const outcome = await runToEnd(database, runtime, askable, { name });
    expect(outcome.ok).toBe(true);
    expect(new Set(world.calls.map(({ key }) => key)).size).toBe(1);
    expect(world.calls).toHaveLength(2);
    expect(times(world)).toBe(1);
  });

  test('is asked about until there is an answer, and not repeated meanwhile', async () => {
    const { name, world } = registrar(
      ['sellAndLoseTheAnswer'],
      ['unknown', 'unauthorized', 'unknown', 'truth'],
    );
    const outcome = await runToEnd(database, runtime, askable, { name });
    expect(outcome.ok).toBe(true);
    expect(world.asked).toBe(4);
    expect(world.calls).toHaveLength(1);
  });

  test('is never repeated when nobody can be asked: the workflow fails and says why', async () => {
    const { name, world } = registrar(['sellAndLoseTheAnswer']);
    const outcome = await runToEnd(database, runtime, plain, { name });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'outcomeUnknown', message: 'timed out' } });
    expect(world.calls).toHaveLength(1);
  });

  test('counts as unknown also when our own code threw after it had acted', async () => {
    const { name, world } = registrar(['crashAfterSelling']);
    const outcome = await runToEnd(database, runtime, askable, { name });
    expect(outcome.ok).toBe(true);
    expect(world.calls).toHaveLength(1);
  });

  test('is asked about once more before the last attempt of a bug gives up, and fails as what it was', async () => {
    const { name, world } = registrar(Array(50).fill('bug'), [...Array(5).fill('truth'), 'unknown', 'truth']);
    const outcome = await runToEnd(database, runtime, askable, { name });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'unexpected' } });
    expect(world.calls).toHaveLength(6);
    expect(world.asked).toBe(7);
  });
});
