// The closed set of ways an outside call can end badly. Vendors map their wire errors to these and know
// nothing above them; `workflow/retry-policy.ts` decides from the kind alone what happens next.

/** What went wrong, in the only terms the rest of the program understands. */
export type FailureKind =
  /** The vendor was unreachable, overloaded or answered 5xx, and certainly did not act. */
  | 'transient'
  /** The vendor asked to come back later; `retryAfterMs` says when. */
  | 'rateLimited'
  /** The vendor understood and said no; asking again gives the same answer. */
  | 'rejected'
  /** Our account at the vendor has too little money. */
  | 'insufficientFunds'
  /** The thing named does not exist at the vendor. */
  | 'notFound'
  /** The thing exists already, or is in a state that forbids the call. */
  | 'conflict'
  /** Our credentials are wrong or lack a right. */
  | 'unauthorized'
  /** The request may or may not have been carried out: look it up before anything is repeated. */
  | 'outcomeUnknown';

export type Failure = {
  readonly kind: FailureKind;
  /** Safe to show to the customer. */
  readonly message: string;
  /** Stable word for programs, e.g. `name_taken`. */
  readonly reason?: string;
  /** Only with `rateLimited`: milliseconds until the call may be repeated. */
  readonly retryAfterMs?: number;
};

/** The one exception that leaves a provider. `detail` is for operators' logs and never for customers. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  readonly failure: Failure;
  readonly detail: string | undefined;

  constructor(failure: Failure, detail?: string) {
    super(failure.message);
    this.failure = failure;
    this.detail = detail;
  }
}

export const transient = (message: string, detail?: string) =>
  new ProviderFailure({ kind: 'transient', message }, detail);
export const rateLimited = (message: string, retryAfterMs: number) =>
  new ProviderFailure({ kind: 'rateLimited', message, retryAfterMs });
export const rejected = (message: string, reason?: string, detail?: string) =>
  new ProviderFailure({ kind: 'rejected', message, reason }, detail);
export const insufficientFunds = (message: string) =>
  new ProviderFailure({ kind: 'insufficientFunds', message });
export const notFound = (message: string) => new ProviderFailure({ kind: 'notFound', message });
export const conflict = (message: string, reason?: string) =>
  new ProviderFailure({ kind: 'conflict', message, reason });
export const unauthorized = (message: string, reason?: string) =>
  new ProviderFailure({ kind: 'unauthorized', message, reason });
export const outcomeUnknown = (message: string, detail?: string) =>
  new ProviderFailure({ kind: 'outcomeUnknown', message }, detail);
