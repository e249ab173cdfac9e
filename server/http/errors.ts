// How a request is refused: error definitions as plain data, the exception that carries one, and the errors
// that the plumbing itself answers with.

/**
 * One way a request can fail. The code is part of the contract and never changes its meaning;
 * `docs/errors/<code>.md` is generated from it.
 */
export type ErrorDefinition = {
  /** snake_case, stable for ever. */
  code: string;
  /** 4xx or 5xx. */
  status: number;
  /** What the caller should understand from this code. One or two sentences, Markdown. */
  whatHappened: string;
  /** What the caller can do about it. Markdown. */
  whatToDo: string;
  /**
   * `gateway` answers `{"code":<status>,"message"}` without `error`, the way the reference API refuses before
   * it reaches a route. Everything else is `{"error":true,"code":"<code>","message",…}`.
   */
  shape?: 'app' | 'gateway';
};

/** Thrown anywhere below a handler: rolls back what `request.commit` had begun and becomes the answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly definition: ErrorDefinition;
  /** Extra top-level fields of the answer. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Extra answer headers, for example `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    definition: ErrorDefinition,
    message: string,
    fields: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.definition = definition;
    this.fields = fields;
    this.headers = headers;
  }
}

/** Makes the exception: `throw insufficientFunds('Insufficient wallet balance to purchase mailboxes', { … })`. */
export type ErrorFactory = {
  (message: string, fields?: Record<string, unknown>, headers?: Record<string, string>): ApiError;
  readonly definition: ErrorDefinition;
};

/**
 * Declares an error. Nothing is registered anywhere: endpoints list the factories they throw, and features pass
 * their lists on to whoever documents them.
 *
 * @throws {TypeError} when the code or the status cannot be one
 */
export const defineError = (definition: ErrorDefinition): ErrorFactory => {
  // In capitals where the reference API has the code so, and clients compare it.
  if (!/^([a-z][a-z0-9]*(_[a-z0-9]+)*|[A-Z][A-Z0-9]*(_[A-Z0-9]+)*)$/.test(definition.code)) {
    throw new TypeError(`error code ${JSON.stringify(definition.code)} is not snake_case`);
  }
  if (!Number.isInteger(definition.status) || definition.status < 400 || definition.status > 599) {
    throw new TypeError(`error ${definition.code} has status ${definition.status}, expected 4xx or 5xx`);
  }
  return Object.assign(
    (message: string, fields?: Record<string, unknown>, headers?: Record<string, string>) =>
      new ApiError(definition, message, fields, headers),
    { definition },
  );
};

/**
 * The definitions behind `factories`, each once, sorted by code.
 *
 * @throws {TypeError} when two different errors carry one code: a client could not tell them apart
 */
export const listErrorDefinitions = (factories: Iterable<ErrorFactory>): ErrorDefinition[] => {
  const byCode = new Map<string, ErrorDefinition>();
  for (const { definition } of factories) {
    const known = byCode.get(definition.code);
    if (known && known !== definition) throw new TypeError(`error code ${definition.code} is defined twice`);
    byCode.set(definition.code, definition);
  }
  return [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
};

/** The JSON an error is answered with. */
export const errorBody = (error: ApiError): Record<string, unknown> => {
  const { code, status, shape } = error.definition;
  if (shape === 'gateway') return { code: status, message: error.message };
  const head = { error: true, code, message: error.message };
  // Twice: first for the order of the fields, last so that no extra field takes their place.
  return { ...head, ...error.fields, ...head };
};

export const unauthorized = defineError({
  code: 'unauthorized',
  status: 401,
  shape: 'gateway',
  whatHappened:
    'The request carries no API key, or one that is not valid. The message says which: `No authorization token was found`, `jwt malformed`, `invalid signature`, `jwt expired` or `jwt revoked`. Of a person who was signed in it says `session expired`.',
  whatToDo:
    'Send `Authorization: Bearer <key>` with a key of your team that has neither expired nor been revoked; people sign in again.',
});

export const invalidWorkspace = defineError({
  code: 'invalid_workspace',
  status: 400,
  shape: 'gateway',
  whatHappened:
    'The operation works inside of a workspace, and the header `X-Workspace-Id` is missing, is not a UUID, or names no workspace of the team that owns the key. The answer is the same in all three cases, so that it tells nothing about other teams.',
  whatToDo:
    'Send `X-Workspace-Id: <workspace uid>` with a uid that `GET /v1/api/workspaces/list` shows for this key.',
});

export const operatorOnly = defineError({
  code: 'operator_only',
  status: 403,
  whatHappened:
    'The operation is about the whole installation, and the caller does not run it. Nothing was done.',
  whatToDo:
    "Use an operator's key. The key of the very first start is one; it is in `first-key.json` of the data directory. Of the people, whoever set the installation up is one.",
});

export const insufficientScope = defineError({
  code: 'insufficient_scope',
  status: 403,
  whatHappened:
    'The key lacks the scope that the operation needs, or is limited to workspaces and the operation is about the team as a whole, or is limited to domains and the operation is about more than domains. The message says which. Nothing was done.',
  whatToDo:
    'Use a key that has it. `GET /v1/api/keys` shows what each key may do, `docs/operations.md` what each operation needs.',
});

export const domainOutsideKey = defineError({
  code: 'domain_outside_key',
  status: 403,
  whatHappened:
    'The key is limited to domains, and the request names something that is not of them, or that does not exist, or names nothing at all; `outside` lists it. Nothing was done.',
  whatToDo:
    'Name only domains of the key and what belongs to them; `GET /v1/api/keys` shows which they are. Or use a key that is not limited to domains.',
});

export const notInSandbox = defineError({
  code: 'not_in_sandbox',
  status: 403,
  whatHappened:
    'The key is a test key, and the operation is about something outside of this installation. Nothing was done.',
  whatToDo: 'Use a key that is no test key.',
});

export const insufficientRole = defineError({
  code: 'insufficient_role',
  status: 403,
  whatHappened:
    'The role of the person who is signed in does not have the right that the operation needs; `needs` names it. Or the role is limited to workspaces, and the operation is about the team as a whole. Nothing was done.',
  whatToDo:
    'Ask an owner or admin of the team for another role. `docs/rights.md` shows what each role may do, `docs/operations.md` what each operation needs.',
});

export const personOnly = defineError({
  code: 'person_only',
  status: 403,
  whatHappened:
    'The operation is about the person who is signed in, and the request came with an API key. Nothing was done.',
  whatToDo: 'Sign in with `POST /v1/api/sessions` and send the cookie that it sets.',
});

export const csrfTokenInvalid = defineError({
  code: 'csrf_token_invalid',
  status: 403,
  whatHappened:
    'The request carries the cookie of a session and not the token that goes with it, so it could have been made by the page of another site. Nothing was done.',
  whatToDo:
    'Send `X-CSRF-Token` with the `csrf_token` that signing in and `GET /v1/api/sessions/current` answer, with every request but GET.',
});

export const crossOrigin = defineError({
  code: 'cross_origin',
  status: 403,
  whatHappened: 'A browser sent the request for a page of another site. Nothing was done.',
  whatToDo:
    'Open the page at the address of this installation. Behind a proxy, the operator sets `INBOXKIT_PUBLIC_URL` to the address that people use. Programs use an API key.',
});

export const addressNotAllowed = defineError({
  code: 'address_not_allowed',
  status: 403,
  whatHappened:
    'The key may be used from certain networks only, and the request came from another. Nothing was done.',
  whatToDo:
    'Call from one of the networks in `allowed_networks` of the key. Behind a proxy, the operator names it in `INBOXKIT_TRUSTED_PROXIES`.',
});

export const notFound = defineError({
  code: 'not_found',
  status: 404,
  shape: 'gateway',
  whatHappened: 'No operation answers this method on this path.',
  whatToDo: 'Compare method and path with the OpenAPI document at `/openapi.json`.',
});

export const validationFailed = defineError({
  code: 'validation_failed',
  status: 400,
  whatHappened:
    'The request does not fit the operation: a field is missing, has the wrong type or value, or is not known. `problems` lists every problem at once (the first hundred), each with `in` (`path`, `query`, `body` or `header`), `path` (the field) and `message`; the message of the answer is the first of them. Nothing was done.',
  whatToDo: 'Correct every listed field and send the request again.',
});

export const malformedJson = defineError({
  code: 'malformed_json',
  status: 400,
  whatHappened: 'The body is not JSON in UTF-8. Nothing was done.',
  whatToDo: 'Send one JSON object as the body, with `Content-Type: application/json`.',
});

export const malformedUpload = defineError({
  code: 'malformed_upload',
  status: 400,
  whatHappened: 'The form or the file of the request cannot be read. Nothing was done.',
  whatToDo:
    'Send `multipart/form-data` as a browser does (with curl: `-F file=@mailboxes.csv`), text files in UTF-8.',
});

export const bodyTooLarge = defineError({
  code: 'body_too_large',
  status: 413,
  whatHappened:
    'The body is larger than the operation accepts (1 MB where it says nothing else). Nothing was done.',
  whatToDo: 'Split the request into several smaller ones.',
});

export const rateLimited = defineError({
  code: 'rate_limited',
  status: 429,
  whatHappened:
    'The key has used up its calls for this kind of operation. `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (unix seconds) are on every answer to an authenticated request. Nothing was done.',
  whatToDo: 'Wait for the number of seconds in `Retry-After`, then send the request again.',
});

export const idempotencyKeyReused = defineError({
  code: 'idempotency_key_reused',
  status: 409,
  whatHappened:
    'The `Idempotency-Key` was used less than 24 hours ago for the same operation with another body. Nothing was done.',
  whatToDo:
    'Use a new key for a new request. To repeat a request, send exactly the same body under the same key.',
});

export const idempotencyInProgress = defineError({
  code: 'idempotency_in_progress',
  status: 409,
  whatHappened:
    'A request with the same `Idempotency-Key` is still being worked on, and did not finish while this one waited. This request did nothing.',
  whatToDo:
    'Send the same request again after the number of seconds in `Retry-After`: it gets the answer of the first one, or runs if the first one failed. A request that failed (4xx or 5xx) had no effect and gives its key free.',
});

export const internalError = defineError({
  code: 'internal_error',
  status: 500,
  whatHappened:
    'Something went wrong on the server that the request is not to blame for. `request_id` finds it in the server log.',
  whatToDo:
    'Try again; a write is safe to repeat under the same `Idempotency-Key`. If it stays, report the `request_id`.',
});

/** Every error that the plumbing answers with, whatever the operation. */
export const plumbingErrors: readonly ErrorFactory[] = [
  unauthorized,
  invalidWorkspace,
  insufficientScope,
  insufficientRole,
  domainOutsideKey,
  notInSandbox,
  personOnly,
  csrfTokenInvalid,
  crossOrigin,
  addressNotAllowed,
  operatorOnly,
  notFound,
  validationFailed,
  malformedJson,
  malformedUpload,
  bodyTooLarge,
  rateLimited,
  idempotencyKeyReused,
  idempotencyInProgress,
  internalError,
];
