// One step until it is done or has failed for good: attempts, durable waits, and asking instead of repeating.
import { type Checkpoints, never, type Under } from './checkpoints.ts';
import type { FoundOutcome, StepRun } from './definition.ts';
import { Failed, failureOf, type StepFailure } from './failure.ts';
import { Crash, type FaultPoint } from './faults.ts';
import type { Host } from './host.ts';
import { loggable, type Phase } from './log.ts';
import { afterFailure, type Next } from './retry-policy.ts';

/** A step, an undo or a hook to perform. */
export type Call = {
  readonly workflow: string;
  readonly workflowId: string;
  readonly rootId: string;
  readonly step: string;
  readonly phase: Phase;
  /** Name of the checkpoints; a run that finds another name in its place does not belong to this code. */
  readonly label: string;
  readonly key: string;
  body(step: StepRun): Promise<unknown>;
  ask?(step: StepRun): Promise<FoundOutcome<unknown>>;
};

/** The persisted end of one attempt. The next move is part of it, so that a replay makes the same one. */
type Ended = { ok: true; value: unknown } | { ok: false; failure: StepFailure; next: Next; wakeAtMs: number };

type FailedAttempt = { readonly failure: StepFailure; readonly next: Next; readonly waitMs: number };

/** @throws {Failed} when the policy says that it will not succeed any more. */
export const perform = async (host: Host, checkpoints: Checkpoints, call: Call): Promise<unknown> => {
  // Whether this process knows all that earlier attempts did. After a restart it does not: a body may have run
  // whose end was never recorded. The mark written before the first attempt tells the two apart.
  let known = !call.ask;
  if (call.ask) {
    await checkpoints.record(`begin ${call.label}`, async () => {
      known = true;
      return null;
    });
  }
  const failed = new Map<StepFailure['kind'], number>();
  let move: Next = 'repeat';
  let finalFailure: StepFailure | undefined; // what it fails with, once it is known not to have happened
  for (let attempt = 1; ; attempt++) {
    const ended: Ended = await checkpoints.recordInQueue(call.label, async (under) => {
      const run = new Attempt(host, call, attempt, under);
      try {
        if (call.ask && (!known || move !== 'repeat')) {
          const found = await run.ask();
          if (found.outcome === 'happened') return { ok: true, value: found.result };
          if (finalFailure) return { ok: false, failure: finalFailure, next: 'stop', wakeAtMs: 0 };
        }
        known = true;
        return { ok: true, value: await run.body() };
      } catch (error) {
        const { failure, next, waitMs } = await run.failed(error, failed);
        return { ok: false, failure, next, wakeAtMs: checkpoints.wakeAt(waitMs) };
      }
    });
    if (ended.ok) return ended.value;
    if (ended.next === 'stop') throw new Failed(ended.failure, call.step);
    failed.set(ended.failure.kind, (failed.get(ended.failure.kind) ?? 0) + 1);
    if (ended.next === 'askThenStop') finalFailure = ended.failure;
    move = ended.next;
    await checkpoints.waitUntil(ended.wakeAtMs);
  }
};

class Attempt {
  readonly #host: Host;
  readonly #call: Call;
  readonly #under: Under;
  readonly #step: StepRun;
  #phase: Phase;
  #startedAt = performance.now();

  constructor(host: Host, call: Call, attempt: number, under: Under) {
    this.#host = host;
    this.#call = call;
    this.#under = under;
    this.#step = { key: call.key, attempt, signal: under.deadline };
    this.#phase = call.phase;
  }

  async body(): Promise<unknown> {
    this.#phase = this.#call.phase;
    return this.#observed(() => this.#call.body(this.#step));
  }

  /** Asks what became of the step; an answer of `unknown` is a failure like any other. */
  async ask(): Promise<Exclude<FoundOutcome<unknown>, { outcome: 'unknown' }>> {
    this.#phase = 'ask';
    return this.#observed(async () => {
      const found = await this.#call.ask!(this.#step);
      if (found.outcome !== 'unknown') return found;
      throw new Failed({ kind: 'outcomeUnknown', message: 'the outcome is still unknown' });
    });
  }

  async #observed<T>(act: () => Promise<T>): Promise<T> {
    this.#startedAt = performance.now();
    const { faults, log } = this.#host;
    const at = this.#point();
    log.debug(at, 'step begins');
    await faults.beforeStep?.(at);
    let value = await act();
    const verdict = await faults.afterStep?.(at);
    if (verdict === 'again') value = await act();
    if (verdict === 'crash') throw new Crash();
    this.#tell('done');
    log.debug({ ...at, durationMs: this.#durationMs() }, 'step ended');
    return value;
  }

  /** What to record for an attempt that threw. */
  async failed(error: unknown, soFar: ReadonlyMap<string, number>): Promise<FailedAttempt> {
    if (error instanceof Crash) {
      this.#under.abandon();
      return never();
    }
    // What a shutdown cut off has not failed; it is repeated, or asked about, after the restart.
    if (this.#under.deadline.aborted) return never();
    let failure = failureOf(error);
    if (this.#phase === 'ask' && failure.kind !== 'outcomeUnknown') {
      // Not being able to ask leaves the outcome as unknown as it was.
      failure = {
        ...failure,
        kind: 'outcomeUnknown',
        message: `cannot ask what became of it: ${failure.message}`,
      };
    }
    if (this.#phase === 'undo' && failure.kind === 'outcomeUnknown') {
      failure = { ...failure, kind: 'transient' }; // undoing twice is undoing once
    }
    const nth = (soFar.get(failure.kind) ?? 0) + 1;
    const wayBack = this.#phase === 'undo' || this.#phase === 'onFailure';
    const { next, waitMs } = afterFailure(failure, nth, this.#call.ask !== undefined, undefined, wayBack);
    this.#tell(failure.kind);
    const fields = { ...this.#point(), kind: failure.kind, reason: failure.reason, next, waitMs };
    const err = failure.kind === 'unexpected' ? { err: loggable(error) } : {};
    this.#host.log.warn({ ...fields, ...err }, `step failed: ${failure.message}`);
    return { failure, next, waitMs };
  }

  #point(): FaultPoint {
    const { workflow, workflowId, rootId, step } = this.#call;
    return { workflow, workflowId, rootId, step, phase: this.#phase, attempt: this.#step.attempt };
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  #tell(result: string) {
    const { workflow, workflowId, step, phase, attempt } = this.#point();
    this.#host.onStep?.({
      workflow,
      workflowId,
      step,
      phase,
      attempt,
      durationMs: this.#durationMs(),
      result,
    });
  }
}
