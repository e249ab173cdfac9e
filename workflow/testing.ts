// The failure harness: runs a workflow in every way in which it can go wrong and checks what is left of the world.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { inTransaction } from '../database/database.ts';
import type { TestDatabase } from '../database/testing.ts';
import { newId } from '../database/uuid.ts';
import type { Outcome, WorkflowDefinition } from './definition.ts';
import * as engine from './engine.ts';
import type { WorkflowFailure } from './failure.ts';
import type { FaultPoint } from './faults.ts';
import type { Log } from './log.ts';
import { startWorkflowRuntime, type WorkflowRuntime } from './runtime.ts';
import { type Ending, type Fault, type Scenario, scenariosOf } from './testing/scenarios.ts';

export type Exercise<
  Context,
  Input,
  Output,
  World extends { readonly input: Input; readonly id?: string },
> = {
  database: TestDatabase;
  definition: WorkflowDefinition<Context, Input, Output>;
  /** The workflows it starts as children. */
  others?: readonly WorkflowDefinition<Context, never, unknown>[];
  /** Made once, when the database is there. */
  context: () => Context | Promise<Context>;
  /** A world of its own for each scenario: the scenarios run side by side in one database. */
  setup: (context: Context) => Promise<World>;
  check: {
    /** The world after a success. Also that nothing was done twice: bought, charged, told. */
    succeeded: (world: World, value: Output, context: Context) => Promise<void>;
    /** The world after a failure: as if nothing had been asked for, and the money back. */
    failed: (world: World, failure: WorkflowFailure, context: Context) => Promise<void>;
  };
  /** Steps to which a run after `setup` does not come, each with the reason. */
  notReached?: { readonly [step: string]: string };
  /** Steps without which the workflow goes on, each with the reason. */
  survives?: { readonly [step: string]: string };
  /** Names of child workflows, each with how the workflow ends when one of them fails for good. */
  children?: { readonly [workflow: string]: Ending };
  /** Of the durable waits; 0.01 when not given. */
  timeScale?: number;
};

/**
 * Registers the tests of one workflow, in a describe of their own: undisturbed; a permanent failure, a passing
 * failure and a crash at each step; both kinds of an unknown outcome where there can be one; every step and
 * every undo repeated; a crash in the middle of the way back; a child that fails.
 *
 * @param name the workflow's name as a literal, so that `exercisedWorkflows` finds it.
 */
export const exerciseWorkflow = <
  Context,
  Input,
  Output,
  World extends { readonly input: Input; readonly id?: string },
>(
  name: string,
  exercise: Exercise<Context, Input, Output, World>,
): void => {
  if (name !== exercise.definition.name) throw new TypeError(`${name} is not ${exercise.definition.name}`);
  describe(`${name}, whatever happens`, { concurrent: true }, () => {
    const bench = new Bench(exercise);
    beforeAll(() => bench.open());
    afterAll(() => bench.close());
    for (const scenario of bench.scenarios) test(scenario.title, () => bench.run(scenario));
  });
};

const longestRunMs = 45_000;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** One runtime and the scenarios that run on it. */
export class Bench<Context, Input, Output, World extends { readonly input: Input; readonly id?: string }> {
  readonly scenarios: readonly Scenario[];
  readonly #exercise: Exercise<Context, Input, Output, World>;
  readonly #faults = new Map<string, Fault>();
  #context: Context | undefined;
  #runtime: WorkflowRuntime | undefined;

  constructor(exercise: Exercise<Context, Input, Output, World>) {
    this.#exercise = exercise;
    const { definition, notReached = {}, survives = {}, children = {} } = exercise;
    for (const step of [...Object.keys(notReached), ...Object.keys(survives)]) {
      if (!definition.steps[step]) throw new TypeError(`${definition.name} has no step ${step}`);
    }
    this.scenarios = scenariosOf({
      steps: definition.steps,
      notReached: new Set(Object.keys(notReached)),
      survives: new Set(Object.keys(survives)),
      children,
    });
  }

  async open(): Promise<void> {
    const { database, definition, others = [], timeScale = 0.01 } = this.#exercise;
    const context = await this.#exercise.context();
    this.#context = context;
    const of = (point: FaultPoint) => this.#faults.get(point.rootId);
    const own = (point: FaultPoint) => (point.workflowId === point.rootId ? of(point) : undefined);
    this.#runtime = await startWorkflowRuntime<Context>({
      databaseUrl: database.url,
      context,
      definitions: [definition, ...others],
      log: silent,
      timeScale,
      pollMs: 25,
      faults: {
        beforeStep: (point) =>
          own(point) ? own(point)?.beforeStep?.(point) : of(point)?.beforeChildStep?.(point),
        afterStep: (point) => own(point)?.afterStep?.(point),
        afterCheckpoint: (point) => own(point)?.afterCheckpoint?.(point),
      },
    });
  }

  async close(): Promise<void> {
    await this.#runtime?.close();
  }

  /** Runs one scenario. @throws when it ended differently, did not go the intended way, or a check failed. */
  async run(scenario: Scenario): Promise<void> {
    const { database, definition, setup, check } = this.#exercise;
    const [runtime, context] = [this.#runtime!, this.#context as Context];
    const world = await setup(context);
    const id = world.id ?? newId();
    const fault = scenario.fault();
    this.#faults.set(id, fault);
    await inTransaction(database.db, (tx) => runtime.start(tx, definition, id, world.input));
    const ended = runtime.waitFor<Output>(id, { timeoutMs: longestRunMs });
    await Promise.race([fault.crashed?.then(() => engine.resume([id])), ended]);
    const outcome = await ended;
    fault.verify();
    if (outcome.ok !== (scenario.ends === 'succeeded'))
      throw new Error(`it ended otherwise: ${tell(outcome)}`);
    if (outcome.ok) await check.succeeded(world, outcome.value, context);
    else await check.failed(world, outcome.failure, context);
    if (!outcome.ok && outcome.failure.notUndone.length > 0) throw new Error(`not undone: ${tell(outcome)}`);
  }
}

const tell = (outcome: Outcome<unknown>): string => JSON.stringify(outcome);

/** The names given to `exerciseWorkflow` in the `*.test.ts` files below a folder. */
export const exercisedWorkflows = async (folder: string): Promise<string[]> => {
  const files = await readdir(folder, { recursive: true });
  const tests = files.filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'));
  const names = await Promise.all(
    tests.map(async (file) => {
      const text = await readFile(join(folder, file), 'utf8');
      return [...text.matchAll(/\bexerciseWorkflow(?:<[^(]*>)?\(\s*(['"`])([^'"`]+)\1/g)].map(
        (match) => match[2]!,
      );
    }),
  );
  return names.flat().sort();
};

/** @throws {Error} that names every workflow which no test exercises, and every name that is no workflow. */
export const allWorkflowsExercised = (
  definitions: readonly { readonly name: string }[],
  exercisedNames: readonly string[],
): void => {
  const exercised = new Set(exercisedNames);
  const missing = definitions.map(({ name }) => name).filter((name) => !exercised.delete(name));
  if (missing.length > 0) throw new Error(`no test calls exerciseWorkflow for: ${missing.join(', ')}`);
  if (exercised.size > 0)
    throw new Error(`exerciseWorkflow is called for what is no workflow: ${[...exercised].join(', ')}`);
};
