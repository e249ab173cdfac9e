// Where tests reach into a running workflow. A runtime without faults has none of it.
import type { Phase } from './log.ts';

export type FaultPoint = {
  readonly workflow: string;
  readonly workflowId: string;
  /** The workflow that somebody started; its own id, or that of the one whose child (grandchild, …) it is. */
  readonly rootId: string;
  readonly step: string;
  readonly phase: Phase;
  readonly attempt: number;
};

export type Faults = {
  /** The body has not run. Throw to fail the step here. */
  beforeStep?(at: FaultPoint): void | Promise<void>;
  /**
   * The body has run and nothing is recorded yet. Throw to lose the answer, answer `again` to run the body a
   * second time, `crash` to abandon the execution as a killed process would.
   */
  afterStep?(at: FaultPoint): Verdict | Promise<Verdict>;
  /** The step's end is recorded. */
  afterCheckpoint?(at: FaultPoint): Verdict | Promise<Verdict>;
};

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing is the usual one
type Verdict = 'again' | 'crash' | void;

/** Thrown inside of an execution that a fault abandons; nothing may handle it but the execution itself. */
export class Crash extends Error {
  override readonly name = 'Crash';
}
