// What a workflow definition is refused for.
import { expect, test } from 'vitest';
import { defineWorkflow } from './definition.ts';
import { startWorkflowRuntime } from './runtime.ts';
import { keptLog } from './testing/start-for-test.ts';

const step = {
  does: 'nothing',
  run: async () => 1,
  undo: null,
  irreversibleBecause: 'it does nothing',
} as const;
const run = async () => 1;

test('a step that can end unknown has a findOutcome', () => {
  const steps = { buy: { ...step, canEndUnknown: true } };
  // @ts-expect-error the types refuse it as well
  expect(() => defineWorkflow({ name: 'test.a', steps, run })).toThrow(
    'can end unknown and has no findOutcome',
  );
});

test('a step without an undo says why', () => {
  const steps = { buy: { does: 'buys', run, undo: null } };
  // @ts-expect-error the types refuse it as well
  expect(() => defineWorkflow({ name: 'test.a', steps, run })).toThrow(
    'neither an undo nor irreversibleBecause',
  );
});

test('an undo takes what its step gave, and flow.step knows the steps of the table', () => {
  const undo = async (_context: object, _done: { args: unknown; result: { id: string } }) => {};
  defineWorkflow({
    name: 'test.types',
    // @ts-expect-error the step gives a number, its undo wants an id
    steps: { make: { does: 'makes', run: async (_context: object, args: { n: number }) => args.n, undo } },
    async run(flow, _input: object) {
      // @ts-expect-error n is a number
      await flow.step('make', { n: 'one' });
      // @ts-expect-error there is no such step
      await flow.step('break', { n: 1 });
    },
  });
});

test.each(['register', 'Domains.register', 'domains.', 'domains register'])(
  'a workflow is not named %j',
  (name) => {
    expect(() => defineWorkflow({ name, steps: { step }, run })).toThrow('is not like domains.register');
  },
);

test('a runtime refuses two definitions of one name, and one queue with two widths', async () => {
  const named = (name: string, concurrency: number) =>
    defineWorkflow({ name, queue: { name: 'narrow', concurrency }, steps: { step }, run });
  const start = (...definitions: ReturnType<typeof named>[]) =>
    startWorkflowRuntime({ databaseUrl: 'postgres://nowhere', context: {}, definitions, log: keptLog() });
  await expect(start(named('test.a', 1), named('test.a', 1))).rejects.toThrow(
    'two workflows are named test.a',
  );
  await expect(start(named('test.a', 1), named('test.b', 2))).rejects.toThrow(
    'has concurrency 1 in one workflow',
  );
  await expect(start(named('test.a', 0))).rejects.toThrow('not a positive integer');
});
