// What a call rejects with: one class, told apart by `code`.
import type { ErrorCode, ErrorCodes } from './generated/error-codes.ts';

/**
 * Codes of this client, for what no page of docs/errors/ is about: the server gave no answer within the attempts of
 * the call, or one that is not of this API (a proxy's).
 */
export type ClientErrorCode = 'no_answer' | 'unexpected_answer';

export type Problem = { in: 'path' | 'query' | 'body' | 'header'; path: string; message: string };

export class InboxKitError extends Error {
  override readonly name = 'InboxKitError';
  /** Stable; newer servers may answer codes that this version does not know. */
  readonly code: ErrorCode | ClientErrorCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** `<noun>.<verb>`, as in docs/operations.md. */
  readonly operation: string;
  /** With `validation_failed`: everything that is wrong with the request. */
  readonly problems: readonly Problem[];
  /** The whole answer: some codes carry further fields. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Finds the request in the server's log. */
  readonly requestId: string | null;
  /** Under which the write was sent: repeat it with this key, and it happens once. */
  readonly idempotencyKey: string | null;
  /** Whether the write may have happened all the same. */
  readonly outcomeUnknown: boolean;

  constructor(
    message: string,
    about: Pick<InboxKitError, 'code' | 'status' | 'operation'> &
      Partial<
        Pick<InboxKitError, 'problems' | 'details' | 'requestId' | 'idempotencyKey' | 'outcomeUnknown'>
      > & { cause?: unknown },
  ) {
    super(message, { cause: about.cause });
    this.code = about.code;
    this.status = about.status;
    this.operation = about.operation;
    this.problems = about.problems ?? [];
    this.details = about.details ?? {};
    this.requestId = about.requestId ?? null;
    this.idempotencyKey = about.idempotencyKey ?? null;
    this.outcomeUnknown = about.outcomeUnknown ?? false;
  }
}

/**
 * Whether `error` is a refusal with one of these codes: `isRefusal(error, 'insufficient_funds')`. Name the operation to
 * have the codes checked against those that it knows: `isRefusal<'mailboxes.buy'>(error, 'mailbox_exists')`.
 */
export const isRefusal = <Id extends keyof ErrorCodes = keyof ErrorCodes>(
  error: unknown,
  ...codes: (ErrorCodes[Id] | ClientErrorCode)[]
): error is InboxKitError =>
  error instanceof InboxKitError && (codes.length === 0 || (codes as readonly string[]).includes(error.code));

/** The plumbing refuses in the shape of a gateway, whose code is the HTTP status. */
const gatewayCodes: Record<number, ErrorCode> = { 400: 'invalid_workspace', 401: 'unauthorized' };

export const errorFrom = (
  response: Response,
  body: unknown,
  about: Pick<InboxKitError, 'operation' | 'idempotencyKey'>,
): InboxKitError => {
  const details = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const ofThisApi = typeof details.message === 'string';
  const code = typeof details.code === 'string' ? details.code : gatewayCodes[response.status];
  return new InboxKitError(
    ofThisApi ? (details.message as string) : `The server answered ${response.status}`,
    {
      ...about,
      code: (ofThisApi && (code as ErrorCode)) || 'unexpected_answer',
      status: response.status,
      problems: (details.problems as Problem[] | undefined) ?? [],
      details,
      requestId: response.headers.get('X-Request-Id'),
      // A 5xx of this API has had no effect; one of a proxy says nothing about what is behind it.
      outcomeUnknown: about.idempotencyKey !== null && !ofThisApi && (response.ok || response.status >= 500),
    },
  );
};
