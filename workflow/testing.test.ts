// The failure harness finds the mistakes it is made for.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../database/database.ts';
import { useTestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from './definition.ts';
import { Failed } from './failure.ts';
import {
  allWorkflowsExercised,
  Bench,
  type Exercise,
  exercisedWorkflows,
  exerciseWorkflow,
} from './testing.ts';

// A small shop: money is charged, a domain is bought, a mailbox is made. The flags are its possible mistakes.
type Mistakes = {
  chargesTwice?: boolean;
  keepsMoney?: boolean;
  refundsTwice?: boolean;
  buysBlindly?: boolean;
};
type Context = { db: Db; mistakes: Mistakes };

const write = async ({ db }: Context, id: string, what: string, key: string) => {
  await sql`insert into shop (id, what, key) values (${id}, ${what}, ${key}) on conflict do nothing`.execute(
    db,
  );
};
const remove = async ({ db }: Context, id: string, what: string) => {
  await sql`delete from shop where id = ${id} and what = ${what}`.execute(db);
};
const has = async ({ db }: Context, id: string, what: string) =>
  (await sql`select 1 from shop where id = ${id} and what = ${what}`.execute(db)).rows.length > 0;

const charge = async (
  context: Context,
  { id }: { id: string },
  step: StepRun,
): Promise<{ charge: string }> => {
  await write(context, id, 'charge', context.mistakes.chargesTwice ? newId() : step.key);
  return { charge: step.key };
};
const creditBack = async (
  context: Context,
  { args }: { args: { id: string } },
  step: StepRun,
): Promise<void> => {
  if (context.mistakes.keepsMoney) return;
  await write(context, args.id, 'credit', context.mistakes.refundsTwice ? newId() : step.key);
};
const buy = async (context: Context, { id }: { id: string }): Promise<string> => {
  // This registrar knows no idempotency keys: a second purchase is a conflict.
  if (await has(context, id, 'domain')) throw new Failed({ kind: 'conflict', message: 'taken' });
  await write(context, id, 'domain', newId());
  return 'bought';
};
const findDomain = async (context: Context, { id }: { id: string }): Promise<FoundOutcome<string>> => {
  if (context.mistakes.buysBlindly) return { outcome: 'didNotHappen' };
  return (await has(context, id, 'domain'))
    ? { outcome: 'happened', result: 'bought' }
    : { outcome: 'didNotHappen' };
};
const handBack = async (context: Context, { args }: { args: { id: string } }): Promise<void> =>
  remove(context, args.id, 'domain');
const makeMailbox = async (context: Context, { id }: { id: string }, step: StepRun): Promise<void> =>
  write(context, id, 'mailbox', step.key);
const removeMailbox = async (context: Context, { args }: { args: { id: string } }): Promise<void> =>
  remove(context, args.id, 'mailbox');
const welcome = async (context: Context, { id }: { id: string }, step: StepRun): Promise<void> =>
  write(context, id, 'welcome', step.key);

const mailbox = defineWorkflow({
  name: 'shop.mailbox',
  steps: { makeMailbox: { does: 'makes it', run: makeMailbox, undo: removeMailbox } },
  run: async (flow, input: { id: string }) => flow.step('makeMailbox', input),
});

const shop = defineWorkflow({
  name: 'shop.order',
  steps: {
    charge: { does: 'takes the money', run: charge, undo: creditBack },
    buy: { does: 'buys the domain', run: buy, undo: handBack, canEndUnknown: true, findOutcome: findDomain },
    welcome: { does: 'says hello', run: welcome, undo: null, irreversibleBecause: 'said is said' },
    handOver: { does: 'ends the order', run: welcome, undo: null, irreversibleBecause: 'said is said' },
    explain: { does: 'never runs here', run: welcome, undo: null, irreversibleBecause: 'said is said' },
  },
  async run(flow, input: { id: string; explain?: boolean }) {
    await flow.step('charge', { id: input.id });
    const bought = await flow.step('buy', { id: input.id });
    try {
      await flow.step('welcome', { id: input.id });
    } catch {
      if (input.explain) await flow.step('explain', { id: input.id });
    }
    const child = await flow.start(mailbox, `${flow.id}/mailbox`, { id: input.id });
    const made = await flow.outcome(child);
    if (!made.ok) throw new Failed({ kind: 'rejected', message: 'no mailbox', reason: made.failure.reason });
    await flow.step('handOver', { id: input.id });
    return bought;
  },
});

const database = useTestDatabase();
beforeAll(async () => {
  await sql`create table shop (id uuid, what text, key text, primary key (id, what, key))`.execute(
    database.db,
  );
});

type World = { id: string; input: { id: string } };
const contents = async ({ id }: World): Promise<string[]> =>
  (
    await sql<{ what: string }>`select what from shop where id = ${id} order by what`.execute(database.db)
  ).rows.map(({ what }) => what);
const exercise = (mistakes: Mistakes): Exercise<Context, { id: string }, string, World> => ({
  database,
  definition: shop,
  others: [mailbox],
  context: () => ({ db: database.db, mistakes }),
  async setup() {
    const id = newId();
    return { id, input: { id } };
  },
  check: {
    async succeeded(world, value) {
      expect(value).toBe('bought');
      const made = (await contents(world)).filter((what) => what !== 'welcome');
      expect(made).toEqual(['charge', 'domain', 'mailbox']);
    },
    async failed(world) {
      const left = await contents(world);
      const charges = left.filter((what) => what === 'charge').length;
      expect(charges).toBeLessThanOrEqual(1);
      expect(left.filter((what) => what === 'credit')).toHaveLength(charges);
      expect(left).not.toContain('domain');
    },
  },
  notReached: { explain: 'only when asked to' },
  survives: { welcome: 'an order is complete without it' },
  children: { 'shop.mailbox': 'failed' },
});

exerciseWorkflow('shop.order', {
  ...exercise({}),
  check: {
    ...exercise({}).check,
    async failed(world, failure, context) {
      await exercise({}).check.failed(world, failure, context);
      expect(failure.reason).toBe('exercise');
    },
  },
});

describe('the harness finds', () => {
  const failing = async (
    changed: Partial<Exercise<Context, { id: string }, string, World>>,
    mistakes: Mistakes,
  ) => {
    const bench = new Bench({ ...exercise(mistakes), ...changed });
    const titles: string[] = [];
    await bench.open();
    try {
      await Promise.all(
        bench.scenarios.map((scenario) => bench.run(scenario).catch(() => void titles.push(scenario.title))),
      );
    } finally {
      await bench.close();
    }
    return titles.sort();
  };

  test('a step that is not idempotent', async () => {
    expect(await failing({}, { chargesTwice: true })).toEqual([
      'charge acted and the process died before that was recorded: it goes on from there',
      'every step runs twice: once is enough',
    ]);
  });

  test('an undo that does nothing', async () => {
    const titles = await failing({}, { keepsMoney: true });
    expect(titles).toContain('buy fails for good: all is undone');
    expect(titles).toContain('handOver fails for good: all is undone');
    expect(titles).toContain('a child shop.mailbox fails: all is undone');
    expect(titles).not.toContain('charge fails for good: all is undone');
  });

  test('an undo that is not idempotent', async () => {
    expect(await failing({}, { refundsTwice: true })).toEqual([
      'charge was undone and the process died before that was recorded: it goes on from there',
      'every undo runs twice after handOver failed: once is enough',
    ]);
  });

  test('a findOutcome that does not find', async () => {
    expect(await failing({}, { buysBlindly: true })).toEqual([
      'buy acted and its answer was lost: it is found, not repeated',
      'buy acted and the process died before that was recorded: it goes on from there',
    ]);
  });

  test('a step that was said to be reached and is not', async () => {
    const titles = await failing({ notReached: {} }, {});
    expect(titles).toContain('undisturbed, it comes to its end by every step');
    expect(titles).toContain('explain fails for good: all is undone');
  });

  test('a name that is not the workflow, and a step it does not have', () => {
    expect(() => exerciseWorkflow('shop.other', exercise({}))).toThrow('shop.other is not shop.order');
    expect(() => new Bench({ ...exercise({}), survives: { wait: 'x' } })).toThrow(
      'shop.order has no step wait',
    );
  });
});

describe('workflows without an exercise', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exercised-'));
    await writeFile(
      join(folder, 'a.test.ts'),
      "exerciseWorkflow('domains.register', {});\nexerciseWorkflow(\n  'orders.place', {});",
    );
    await writeFile(join(folder, 'b.ts'), "exerciseWorkflow('mailboxes.buy', {});");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are named', async () => {
    const names = await exercisedWorkflows(folder);
    expect(names).toEqual(['domains.register', 'orders.place']);
    expect(() =>
      allWorkflowsExercised([{ name: 'domains.register' }, { name: 'orders.place' }], names),
    ).not.toThrow();
    expect(() => allWorkflowsExercised([{ name: 'mailboxes.buy' }, { name: 'orders.place' }], names)).toThrow(
      'no test calls exerciseWorkflow for: mailboxes.buy',
    );
    expect(() => allWorkflowsExercised([{ name: 'domains.register' }], names)).toThrow(
      'for what is no workflow: orders.place',
    );
  });
});
