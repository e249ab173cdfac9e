// What can go wrong in a step, as a closed set, and how an error tells which of them it is.

/**
 * The failures the outside can answer with:
 * - `transient`: nothing happened, the same call may work later
 * - `rateLimited`: nothing happened, not before `retryAfterMs`
 * - `rejected`, `insufficientFunds`, `notFound`, `conflict`, `unauthorized`: the answer is no
 * - `outcomeUnknown`: the call may or may not have acted (connection lost after sending, a timeout)
 */
export type FailureKind =
  | 'transient'
  | 'rateLimited'
  | 'rejected'
  | 'insufficientFunds'
  | 'notFound'
  | 'conflict'
  | 'unauthorized'
  | 'outcomeUnknown';

const kinds: ReadonlySet<string> = new Set<FailureKind>([
  'transient',
  'rateLimited',
  'rejected',
  'insufficientFunds',
  'notFound',
  'conflict',
  'unauthorized',
  'outcomeUnknown',
]);

/** `reason` is a stable code for programs (`domain_taken`), `message` a sentence for people; neither holds a secret. */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
};

/** A failure as a step ends with it: `unexpected` is an exception that names no failure (a bug, the database away). */
export type StepFailure = Omit<Failure, 'kind' | 'reason'> & {
  readonly kind: FailureKind | 'unexpected';
  readonly reason?: string | null;
};

/** Why a workflow failed for good. It is persisted and shown to customers. */
export type WorkflowFailure = {
  /** The step that failed; null when the workflow decided to fail between steps. */
  readonly step: string | null;
  readonly kind: FailureKind | 'unexpected';
  readonly message: string;
  readonly reason: string | null;
  /** Finished steps whose undo failed for good as well: somebody has to look after these. */
  readonly notUndone: readonly { readonly step: string; readonly kind: string; readonly message: string }[];
};

/**
 * What a customer may read about a failure. The text of an exception nobody declared is for the log: it can name
 * hosts, tables and code.
 */
export const publicReason = (failure: Pick<StepFailure, 'kind' | 'message'>): string =>
  failure.kind === 'unexpected' ? 'something went wrong on our side' : failure.message;

/** Ends a step or a workflow with a declared failure. Any error with a `failure` of this shape does the same. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: StepFailure;
  /** The step that ended so, when it was one. */
  readonly step: string | null;

  constructor(failure: StepFailure, step: string | null = null) {
    super(failure.message);
    this.failure = failure;
    this.step = step;
  }
}

const longestMessage = 500;

/**
 * The failure an error stands for. It is recognised by shape, not by class, because the classes that carry
 * one belong to the vendors' contracts, which this layer does not know.
 */
export const failureOf = (error: unknown): StepFailure => {
  const tag = (error as { failure?: Partial<Failure> } | null | undefined)?.failure;
  if (error instanceof Failed || (tag && kinds.has(tag.kind ?? ''))) {
    const { kind, message, reason, retryAfterMs } = tag as StepFailure;
    return {
      kind,
      message: shorten(message),
      ...(reason && { reason }),
      ...(retryAfterMs && { retryAfterMs }),
    };
  }
  return { kind: 'unexpected', message: shorten(error instanceof Error ? error.message : String(error)) };
};

const shorten = (message: unknown): string => {
  const text = String(message ?? '');
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
};
