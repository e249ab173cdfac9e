// How a workflow is written down. A `*.workflow.ts` reads from top to bottom:
//
//   // What it does and why it is durable.
//   export const registerDomain = defineWorkflow({
//     name: 'domains.register',
//     steps: {
//       reserveFunds: { does: 'writes the charge', run: reserveFunds, undo: creditBack },
//       register: {
//         does: 'buys the name at the registrar',
//         run: register,
//         undo: null,
//         irreversibleBecause: 'registries sell for a year',
//         findOutcome: findRegistration,
//       },
//     },
//     async run(flow, input: { domainId: string; priceMicros: number }) {
//       const charge = await flow.step('reserveFunds', { priceMicros: input.priceMicros });
//       return flow.step('register', { domainId: input.domainId, chargeId: charge.id });
//     },
//     onFailure: markFailed,
//   });
//   async function reserveFunds(context: DomainsContext, args: { priceMicros: number }, step: StepRun) { … }
//
// What must stay true:
// - A step may run more than once with one key (a crash after it acted and before that was recorded, a process
//   that was paused while another took over), so it is idempotent by `step.key`, or has a `findOutcome`.
// - A step that fails for good has left nothing behind; only finished steps are undone. What can fail half way
//   is two steps.
// - Everything that touches a database, a clock, chance or the network is in a step; `run` only decides.
//   After a restart `run` starts from the top and finished steps answer what they answered then.
// - Input, results and thrown messages are persisted in the clear: no secrets in them. Input is plain JSON.
// - A change to the order, the names or the number of steps meets runs that began before it. Guard the new
//   way with `if (await flow.patched('what-changed'))` and keep the old one until no such run is left.
import type { WorkflowFailure } from './failure.ts';

export type StepRun = {
  /** `<workflowId>:<step>`, with `#2`… for the second call and on: the same on every repetition. Hand it to the outside. */
  readonly key: string;
  /** 1 for the first time this step call runs. */
  readonly attempt: number;
  /** Aborts when the process has waited for the step long enough at shutdown. */
  readonly signal: AbortSignal;
};

/** What became of an earlier run of a step. `unknown` waits and asks again. */
export type FoundOutcome<Result> =
  | { readonly outcome: 'happened'; readonly result: Result }
  | { readonly outcome: 'didNotHappen' }
  | { readonly outcome: 'unknown' };

/** One line of a table of steps. */
export type StepSpec<Context, Args, Result> = {
  readonly does: string;
  readonly run: (context: Context, args: Args, step: StepRun) => Promise<Result>;
} & (
  | {
      /** Takes back what the step did; runs when a later step failed for good. Idempotent like the step. */
      readonly undo: (
        context: Context,
        done: { readonly args: Args; readonly result: Result },
        step: StepRun,
      ) => Promise<void>;
    }
  | { readonly undo: null; readonly irreversibleBecause: string }
) &
  (
    | { readonly canEndUnknown?: false; readonly findOutcome?: undefined }
    | {
        readonly canEndUnknown?: true;
        /** Asks the outside what became of the step. The step never runs twice without having asked. */
        readonly findOutcome: (context: Context, args: Args, step: StepRun) => Promise<FoundOutcome<Result>>;
      }
  );

type RunOf<Context, Args, Result> = (context: Context, args: Args, step: StepRun) => Promise<Result>;

/** A table of steps, whatever they take and give. */
export type StepTable = {
  readonly [name: string]: { readonly does: string; readonly run: RunOf<never, never, unknown> };
};

type ArgsOf<Spec> = Spec extends { readonly run: RunOf<never, infer Args, unknown> } ? Args : never;
type ResultOf<Spec> = Spec extends { readonly run: (...parameters: never) => Promise<infer Result> }
  ? Result
  : never;
type NeedsContext<Spec> = Spec extends { readonly run: (context: infer Context, ...rest: never) => unknown }
  ? (context: Context) => void
  : never;

/** What the steps of a table need, together. */
export type ContextOf<Steps> = {
  [Name in keyof Steps]: NeedsContext<Steps[Name]>;
}[keyof Steps] extends infer Needs
  ? // Distribution over the union turns "each of these" into "all of these" (parameters are contravariant).
    (Needs extends unknown ? Needs : never) extends (context: infer Context) => void
    ? Context
    : never
  : never;

/** Each line's undo and findOutcome must fit its run. */
type Consistent<Steps, Context> = {
  readonly [Name in keyof Steps]: StepSpec<Context, ArgsOf<Steps[Name]>, ResultOf<Steps[Name]>>;
};

/** A child workflow that was started. */
export type ChildHandle<Output> = {
  readonly id: string;
  readonly workflow: string;
  readonly output?: Output;
};

export type Outcome<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly failure: WorkflowFailure };

/**
 * What `run` acts through. Calls happen one after the other in the order they were made, also under
 * `Promise.all`; work that should go on side by side is started as child workflows.
 */
export type Flow<Context, Steps> = {
  readonly id: string;
  /** What the composition root passed. Not persisted; `run` reads nothing from it that can change. */
  readonly context: Context;
  /** Runs a step of the table, or answers what it answered before a restart. @throws {Failed} when it failed for good */
  step<Name extends keyof Steps & string>(
    name: Name,
    ...args: unknown extends ArgsOf<Steps[Name]> ? [] : [args: ArgsOf<Steps[Name]>]
  ): Promise<ResultOf<Steps[Name]>>;
  /** A durable timer: a restart does not start it anew, and it holds nothing but memory while it waits. */
  sleep(ms: number): Promise<void>;
  /** Starts a child. One id is one run, however often it is started. */
  start<Input, Output>(
    workflow: WorkflowDefinition<never, Input, Output>,
    id: string,
    input: Input,
  ): Promise<ChildHandle<Output>>;
  /** Waits until the child has ended. Await every child: those of a failed parent go on. */
  outcome<Output>(child: ChildHandle<Output>): Promise<Outcome<Output>>;
  /** True in runs that began after this call was added, false in those that had already passed this place. */
  patched(change: string): Promise<boolean>;
};

/** How many steps of the workflows that share a queue run at once in one process. */
export type Queue = { readonly name: string; readonly concurrency: number };

export type WorkflowDefinition<Context, Input, Output> = {
  readonly name: string;
  readonly queue?: Queue;
  readonly steps: AnySteps;
  readonly run: (flow: Flow<Context, never>, input: Input) => Promise<Output>;
  readonly onFailure?: OnFailure<Context, Input>;
};

type OnFailure<Context, Input> = (
  context: Context,
  ended: { readonly input: Input; readonly failure: WorkflowFailure },
  step: StepRun,
) => Promise<void>;

/** A table of steps as the engine sees it, after the types were checked. */
export type AnySteps = { readonly [name: string]: AnyStep };
export type AnyStep = {
  readonly does: string;
  readonly run: (context: unknown, args: unknown, step: StepRun) => Promise<unknown>;
  readonly undo:
    | ((context: unknown, done: { args: unknown; result: unknown }, step: StepRun) => Promise<void>)
    | null;
  readonly irreversibleBecause?: string;
  readonly canEndUnknown?: boolean;
  readonly findOutcome?: (context: unknown, args: unknown, step: StepRun) => Promise<FoundOutcome<unknown>>;
};

/**
 * Checks a definition and gives it its types: what the steps need together becomes the context, and
 * `flow.step` knows each step's arguments and result.
 *
 * @throws {TypeError} when a step says `canEndUnknown` and has no `findOutcome`, or has neither an undo nor a
 *   reason for having none.
 */
export const defineWorkflow = <const Steps extends StepTable, Input, Output>(definition: {
  /** The operation's name, `domains.register`. Persisted: a renamed workflow leaves its runs behind. */
  name: string;
  queue?: Queue;
  /** The table of contents, in order, each step beside its undo. */
  steps: Steps & Consistent<Steps, ContextOf<Steps>>;
  run(flow: Flow<ContextOf<Steps>, Steps>, input: Input): Promise<Output>;
  /** Runs as a step after the workflow failed for good and its steps were undone. */
  onFailure?: OnFailure<ContextOf<Steps>, Input>;
}): WorkflowDefinition<ContextOf<Steps>, Input, Output> => {
  if (!/^[a-z][a-z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+$/.test(definition.name)) {
    throw new TypeError(`workflow name ${JSON.stringify(definition.name)} is not like domains.register`);
  }
  const steps = definition.steps as unknown as AnySteps;
  for (const [name, step] of Object.entries(steps)) {
    const where = `step ${name} of ${definition.name}`;
    if (!/^[a-zA-Z][a-zA-Z0-9]*$/.test(name))
      throw new TypeError(`${where}: a name has letters and digits only`);
    if (step.canEndUnknown && !step.findOutcome) {
      throw new TypeError(`${where} can end unknown and has no findOutcome`);
    }
    if (!step.undo && !step.irreversibleBecause) {
      throw new TypeError(`${where} has neither an undo nor irreversibleBecause`);
    }
  }
  return definition as unknown as WorkflowDefinition<ContextOf<Steps>, Input, Output>;
};
