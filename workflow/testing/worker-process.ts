// A program that executes workflows against the database of a test, to be killed or paused by it.
// Arguments: the database's url, the executor id. It says `ready` when it runs and closes on any message.

import { sql } from 'kysely';
import { type Db, openDatabase } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { defineWorkflow, type FoundOutcome, type StepRun } from '../definition.ts';
import { startWorkflowRuntime } from '../runtime.ts';
import { keptLog } from './start-for-test.ts';

type Context = { db: Db; executorId: string };

/** The table the steps leave their marks in; the test makes it. */
export const marksTable = sql`
  create table mark (
    id uuid primary key, key text not null, what text not null, executor_id text not null,
    at timestamptz not null default clock_timestamp())`;

const mark = async ({ db, executorId }: Context, key: string, what: string) => {
  await sql`insert into mark (id, key, what, executor_id) values (${newId()}, ${key}, ${what}, ${executorId})`.execute(
    db,
  );
};

const work = async (context: Context, args: { ms: number }, step: StepRun): Promise<void> => {
  await mark(context, step.key, 'begin');
  await new Promise((resolve) => setTimeout(resolve, args.ms));
  await mark(context, step.key, 'end');
};

/** A step that must never be repeated without asking: it looks for its own mark. */
const buy = async (context: Context, args: { ms: number }, step: StepRun): Promise<string> => {
  await mark(context, step.key, 'bought');
  await new Promise((resolve) => setTimeout(resolve, args.ms));
  return 'bought';
};
const findBought = async ({ db }: Context, _args: object, step: StepRun): Promise<FoundOutcome<string>> => {
  const { rows } = await sql`select 1 from mark where key = ${step.key} and what = 'bought'`.execute(db);
  return rows.length > 0 ? { outcome: 'happened', result: 'found' } : { outcome: 'didNotHappen' };
};

const free = { undo: null, irreversibleBecause: 'the marks are what the test looks at' } as const;

export const working = defineWorkflow({
  name: 'test.working',
  steps: { work: { does: 'marks its begin and its end', run: work, ...free } },
  async run(flow, input: { steps: number; ms: number }) {
    for (let n = 0; n < input.steps; n++) await flow.step('work', { ms: input.ms });
    return input.steps;
  },
});

export const buying = defineWorkflow({
  name: 'test.buying',
  steps: { buy: { does: 'marks that it bought', run: buy, ...free, findOutcome: findBought } },
  run: async (flow, input: { ms: number }) => flow.step('buy', input),
});

export const family = defineWorkflow({
  name: 'test.parent',
  steps: { work: { does: 'marks its begin and its end', run: work, ...free } },
  async run(flow, input: { children: number; steps: number; ms: number }) {
    const children = [];
    for (let n = 0; n < input.children; n++) {
      children.push(await flow.start(working, `${flow.id}/${n}`, { steps: input.steps, ms: input.ms }));
    }
    let steps = 0;
    for (const child of children) {
      const outcome = await flow.outcome(child);
      if (outcome.ok) steps += outcome.value;
    }
    return steps;
  },
});

if (import.meta.main) {
  const [url, executorId] = process.argv.slice(2) as [string, string];
  const db = openDatabase(url, { poolSize: 4 });
  const runtime = await startWorkflowRuntime<Context>({
    databaseUrl: url,
    context: { db, executorId },
    definitions: [working, buying, family],
    executorId,
    log: keptLog(),
    pollMs: 50,
    heartbeatMs: 100,
    takeOverAfterMs: 900,
    onReplaced: () => process.send?.('fenced'),
  });
  process.send?.('ready');
  process.once('message', async () => {
    await runtime.close();
    await db.destroy();
    process.disconnect();
  });
}
