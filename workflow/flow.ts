// One execution of one workflow: what `run` acts through, and the way back when it fails for good.
import { type Call, perform } from './attempts.ts';
import { Checkpoints, never } from './checkpoints.ts';
import type { AnyStep, ChildHandle, Flow, Outcome, StepRun, WorkflowDefinition } from './definition.ts';
import * as engine from './engine.ts';
import { Failed, failureOf, type WorkflowFailure } from './failure.ts';
import type { Host } from './host.ts';
import { loggable, type Phase } from './log.ts';
import { assertPlainJson } from './starter.ts';

export type AnyDefinition = WorkflowDefinition<never, never, unknown>;

/** Executes a workflow to its end. @throws only when this execution has to stop where it is. */
export const execute = async (
  host: Host,
  definition: AnyDefinition,
  id: string,
  input: unknown,
  origin: engine.Origin,
): Promise<Outcome<unknown>> => {
  const fallAsleep = host.awake.enter();
  try {
    return await new Execution(host, definition, id, origin.rootId).run(input);
  } finally {
    fallAsleep();
  }
};

type Done = {
  readonly label: string;
  readonly name: string;
  readonly args: unknown;
  readonly result: unknown;
};
type Child = { getResult(options: { pollingIntervalMs: number }): Promise<unknown> };

class Execution {
  readonly #host: Host;
  readonly #definition: AnyDefinition;
  readonly #id: string;
  readonly #rootId: string;
  readonly #checkpoints: Checkpoints;
  readonly #done: Done[] = [];
  readonly #calls = new Map<string, number>();
  readonly #children = new Map<string, Child>();
  #last: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(host: Host, definition: AnyDefinition, id: string, rootId: string) {
    this.#host = host;
    this.#definition = definition;
    this.#id = id;
    this.#rootId = rootId;
    this.#checkpoints = new Checkpoints(host, definition.name, id, definition.queue?.name);
  }

  async run(input: unknown): Promise<Outcome<unknown>> {
    const run = this.#definition.run as (flow: Flow<unknown, never>, input: unknown) => Promise<unknown>;
    let outcome: Outcome<unknown>;
    try {
      outcome = { ok: true, value: await run(this.#flow(), input) };
    } catch (error) {
      outcome = { ok: false, failure: workflowFailure(error) };
      // Of the calls that nobody waits for any more the one under way ends, the others never begin.
      this.#ended = true;
    }
    await this.#last;
    this.#ended = true;
    this.#checkpoints.assertGoingOn();
    if (outcome.ok) return outcome;
    const failure = { ...outcome.failure, notUndone: await this.#undo() };
    await this.#afterFailure(input, failure);
    const { step, kind, message, reason } = failure;
    this.#host.log.warn({ ...this.#who, step, kind, reason }, `workflow failed: ${message}`);
    return { ok: false, failure };
  }

  #flow(): Flow<unknown, never> {
    const flow: Flow<unknown, { [name: string]: AnyStep }> = {
      id: this.#id,
      context: this.#host.context,
      step: (name: string, ...args: unknown[]) => this.#inOrder(() => this.#step(name, args[0])),
      sleep: (ms) => this.#inOrder(() => this.#sleep(ms)),
      start: (workflow, id, input) => this.#inOrder(() => this.#start(workflow.name, id, input)),
      outcome: <Output>(child: ChildHandle<Output>) =>
        this.#inOrder(() => this.#outcome(child)) as Promise<Outcome<Output>>,
      patched: (change) => this.#inOrder(() => this.#checkpoints.guarded(() => engine.patched(change))),
    };
    return flow as unknown as Flow<unknown, never>;
  }

  // The engine numbers checkpoints by their order, so a replay must make them in the order of the first time.
  // One after the other is the only order that also holds when some of them fail and wait.
  #inOrder<T>(call: () => Promise<T>): Promise<T> {
    if (engine.insideOfStep()) {
      return Promise.reject(new TypeError('a step body cannot use the flow; only run can'));
    }
    const turn = this.#last;
    const { promise, resolve: pass } = Promise.withResolvers<void>();
    this.#last = promise;
    const answer = (async () => {
      await turn;
      if (this.#ended) {
        pass();
        return never();
      }
      try {
        this.#checkpoints.assertGoingOn();
        return await call();
      } finally {
        pass();
      }
    })();
    // An answer that `run` does not await must not bring the process down.
    answer.catch(() => {});
    return answer;
  }

  async #step(name: string, args: unknown): Promise<unknown> {
    const spec = this.#definition.steps[name];
    if (!spec) throw new TypeError(`workflow ${this.#definition.name} has no step ${name}`);
    const nth = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, nth);
    const label = nth === 1 ? name : `${name}#${nth}`;
    const { context } = this.#host;
    const { findOutcome } = spec;
    const result = await this.#perform({
      step: name,
      phase: 'run',
      label,
      body: (step) => spec.run(context, args, step),
      ask: findOutcome && ((step) => findOutcome(context, args, step)),
    });
    this.#done.push({ label, name, args, result });
    return result;
  }

  async #sleep(ms: number): Promise<void> {
    const wakeAtMs = await this.#checkpoints.record('sleep', async () => this.#checkpoints.wakeAt(ms));
    await this.#checkpoints.waitUntil(wakeAtMs);
  }

  async #start(workflow: string, id: string, input: unknown): Promise<ChildHandle<never>> {
    assertPlainJson(input, 'input');
    const origin = { rootId: this.#rootId };
    const child = await this.#checkpoints.guarded(() => engine.start(workflow, id, input, origin));
    this.#children.set(id, child);
    return { id, workflow };
  }

  async #outcome(child: ChildHandle<unknown>): Promise<Outcome<unknown>> {
    return this.#checkpoints.asleep(() =>
      this.#checkpoints.record(`outcome of ${child.workflow}`, async (under) => {
        under.abandon(); // it waits for somebody else: a shutdown does not wait for it
        return this.#endOf(child.id);
      }),
    );
  }

  async #endOf(childId: string): Promise<Outcome<unknown>> {
    const pollMs = this.#host.childPollMs;
    // A child that runs in this process tells its end by itself; another one is looked for.
    let waited = this.#children.get(childId)?.getResult({ pollingIntervalMs: pollMs });
    for (;;) {
      try {
        return (await (waited ?? engine.resultOf(childId, pollMs))) as Outcome<unknown>;
      } catch (error) {
        if (engine.endedWithoutOutcome(error)) return { ok: false, failure: workflowFailure(error) };
        // Thrown on, it would be recorded as what became of the child.
        if (this.#host.closing.aborted) return never();
        this.#host.log.warn(
          { ...this.#who, childId, err: loggable(error) },
          'could not wait for a child; trying again',
        );
        waited = undefined;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    }
  }

  // In reverse order, every one of them: money goes back even if a vendor keeps what it should have deleted.
  async #undo(): Promise<WorkflowFailure['notUndone']> {
    const notUndone: { step: string; kind: string; message: string }[] = [];
    for (const { label, name, args, result } of this.#done.toReversed()) {
      const undo = this.#definition.steps[name]?.undo;
      if (!undo) continue;
      const failure = await this.#tried({
        step: name,
        phase: 'undo',
        label: `undo ${label}`,
        body: (step) => undo(this.#host.context, { args, result }, step),
      });
      if (failure) notUndone.push({ step: name, kind: failure.kind, message: failure.message });
    }
    return notUndone;
  }

  async #afterFailure(input: unknown, failure: WorkflowFailure): Promise<void> {
    const onFailure = this.#definition.onFailure as OnFailure | undefined;
    if (!onFailure) return;
    await this.#tried({
      step: 'onFailure',
      phase: 'onFailure',
      label: 'onFailure',
      body: (step) => onFailure(this.#host.context, { input, failure }, step),
    });
  }

  // Performs a part of the way back, which goes on whatever becomes of the part.
  async #tried(call: Part) {
    try {
      await this.#perform(call);
      return undefined;
    } catch (error) {
      this.#checkpoints.assertGoingOn();
      const failure = failureOf(error);
      const { step, phase } = call;
      this.#host.log.error(
        { ...this.#who, step, phase, kind: failure.kind },
        `not undone: ${failure.message}`,
      );
      return failure;
    }
  }

  async #perform(part: Part): Promise<unknown> {
    const call: Call = {
      workflow: this.#definition.name,
      workflowId: this.#id,
      rootId: this.#rootId,
      key: `${this.#id}:${part.label}`,
      ...part,
    };
    const result = await perform(this.#host, this.#checkpoints, call);
    const { workflow, workflowId, rootId } = call;
    const { step, phase } = part;
    const at = { workflow, workflowId, rootId, step, phase, attempt: 0 };
    return (await this.#host.faults.afterCheckpoint?.(at)) === 'crash' ? never() : result;
  }

  get #who() {
    return { workflow: this.#definition.name, workflowId: this.#id };
  }
}

type Part = Pick<Call, 'step' | 'label' | 'body' | 'ask'> & { readonly phase: Phase };
type OnFailure = (
  context: unknown,
  ended: { readonly input: unknown; readonly failure: WorkflowFailure },
  step: StepRun,
) => Promise<void>;

const workflowFailure = (error: unknown): WorkflowFailure => {
  const { kind, message, reason } = failureOf(error);
  const step = error instanceof Failed ? error.step : null;
  return { step, kind, message, reason: reason ?? null, notUndone: [] };
};
