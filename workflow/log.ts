// What the workflow layer tells its surroundings: log lines and one event per execution of a step.

/** The part of a pino logger that is used here. */
export type Log = {
  [level in 'debug' | 'info' | 'warn' | 'error']: (fields: object, message: string) => void;
};

/** `run` is the step itself, `ask` its findOutcome, `undo` its undo, `onFailure` the definition's last hook. */
export type Phase = 'run' | 'ask' | 'undo' | 'onFailure';

/** One execution of a step, for metrics. `result` is a failure kind when it failed. */
export type StepEvent = {
  readonly workflow: string;
  readonly workflowId: string;
  readonly step: string;
  readonly phase: Phase;
  readonly attempt: number;
  readonly durationMs: number;
  readonly result: string;
};

/** An error as it may appear in a log: without the properties in which drivers keep parameters and rows. */
export const loggable = (error: unknown): { message: string; stack?: string } =>
  error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
