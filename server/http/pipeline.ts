// The way of one request through one endpoint: key, rate limit, workspace, validation, idempotency, handler.
import { BlockList } from 'node:net';
import type { Context } from 'hono';
import type { Clock } from '../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../database/database.ts';
import {
  type Attempt,
  type AuditActor,
  type AuditSink,
  auditedRequest,
  isRefusalNoted,
  noteConcern,
} from './audit.ts';
import { type Caller, mayEnter } from './caller.ts';
import { fileProblems, type Mismatch, responseProblems } from './check-response.ts';
import { clientAddress, networkOf } from './client-address.ts';
import { type ReadMeantDomains, requireDomains } from './domain-limit.ts';
import {
  type Answer,
  type AnswerFile,
  answerFile,
  answerHeaders,
  answerStatus,
  type Endpoint,
  type Workspace,
} from './endpoint.ts';
import {
  ApiError,
  addressNotAllowed,
  crossOrigin,
  csrfTokenInvalid,
  errorBody,
  internalError,
  invalidWorkspace,
  unauthorized,
} from './errors.ts';
import { setFileHeaders } from './file-headers.ts';
import { hashRequest, type Idempotency, type StoreAnswer, type StoredAnswer } from './idempotency.ts';
import type { TakeCall } from './rate-limit.ts';
import { type RequestInput, readRequest } from './read-request.ts';
import { requireCall } from './require-right.ts';
import { isCrossOrigin, isCsrfToken, readCookie, sessionCookieOf } from './session-cookie.ts';
import { spendCall } from './spend-call.ts';

/** Whose token it is, or why it is refused: `jwt malformed`, `invalid signature`, `jwt expired`, `jwt revoked`. */
export type Authentication =
  | { ok: true; caller: Caller }
  | { ok: false; refusal: string; known?: KnownKey }
  /** A good key, used from where it may not be. */
  | { ok: false; refusedAddress: string; known?: KnownKey };

/** Whose key it is, or was. */
export type KnownKey = { teamId: string; keyId: string };

/** Where the HTTP layer writes; a pino logger is one. */
export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** What is known about a request by the time it is logged. */
export type RequestFacts = {
  requestId: string;
  operation?: string;
  teamId?: string;
  keyId?: string;
  personId?: string;
};

/** How people who are signed in are known. */
export type SessionDoor = {
  /** Where browsers reach the installation. */
  publicUrl(): string;
  /** Whose session it is; null when it is over, or there never was one. */
  authenticate(token: string, address: string | null): Promise<Caller | null>;
};

export type Pipeline<FeatureContext> = {
  context: FeatureContext;
  db: Db;
  clock: Clock;
  log: Log;
  /** `address`: where the request comes from, as far as that is known. */
  authenticate(token: string, address: string | null): Promise<Authentication>;
  /** Without it there are only keys. */
  sessions?: SessionDoor;
  /** Proxies that are believed about where a request comes from; none by default. */
  trustedProxies?: BlockList;
  findWorkspace(teamId: string, uid: string): Promise<Workspace | null | undefined>;
  /** Without it there are no keys that are limited to domains. */
  readMeantDomains?: ReadMeantDomains;
  takeCall: TakeCall;
  idempotency: Idempotency;
  /** The record of who did what. */
  audit?: AuditSink;
  /** Adds to a refusal, on its way to the caller, what only the whole program knows, and may tell others of it. */
  completeError?(error: ApiError, facts: RequestFacts): ApiError | Promise<ApiError>;
  /** Told when an answer is not what the endpoint declares; for tests. What it throws becomes a 500. */
  checkResponses?: (mismatch: Mismatch) => void;
};

/** Answers one request, also when it fails. Adds what it learns to `facts`. */
export const serve = async <FeatureContext>(
  pipeline: Pipeline<FeatureContext>,
  endpoint: Endpoint<FeatureContext>,
  c: Context,
  facts: RequestFacts,
): Promise<Response> => {
  const headers = new Headers({
    'Content-Type': 'application/json; charset=utf-8',
    // Answers belong to one caller and can hold secrets.
    'Cache-Control': 'no-store',
  });
  const attempt: Attempt = {
    by: null,
    workspaceId: null,
    address: clientAddress(c, pipeline.trustedProxies ?? nobody),
    userAgent: c.req.header('user-agent') ?? null,
    sent: { params: c.req.param(), query: {}, body: {} },
  };
  let answer: ServedAnswer;
  try {
    answer = await run(pipeline, endpoint, c, facts, headers, attempt);
  } catch (thrown) {
    const error = asApiError(thrown, c, pipeline.log, facts);
    await noteRefusal(pipeline, endpoint, attempt, facts, error);
    answer = errorAnswer((await pipeline.completeError?.(error, facts)) ?? error, headers);
  }
  if (answer.file) setFileHeaders(headers, answer.file);
  for (const [name, value] of answer.headers ?? []) headers.append(name, value);
  if (pipeline.checkResponses) {
    const problems = answer.file
      ? fileProblems(endpoint, answer.file.contentType)
      : responseProblems(endpoint, answer.status, JSON.parse(answer.body));
    const { operation } = endpoint;
    if (problems.length > 0) pipeline.checkResponses({ operation, status: answer.status, problems });
  }
  return new Response(answer.file?.body ?? answer.body, { status: answer.status, headers });
};

/** A file is never stored under an `Idempotency-Key`: only a GET answers one. Nor are headers. */
type ServedAnswer = StoredAnswer & { file?: AnswerFile; headers?: readonly (readonly [string, string])[] };

const nobody = new BlockList();

const run = async <FeatureContext>(
  pipeline: Pipeline<FeatureContext>,
  endpoint: Endpoint<FeatureContext>,
  c: Context,
  facts: RequestFacts,
  headers: Headers,
  attempt: Attempt,
): Promise<ServedAnswer> => {
  const { address } = attempt;
  const header = (name: string) => c.req.header(name);
  if (endpoint.scope === 'public') {
    refuseCrossOrigin(pipeline, endpoint, header);
    await spendCall(pipeline, endpoint, `network ${networkOf(address)}`, headers);
    const input = await readRequest(c, endpoint);
    attempt.sent = input.sent;
    const accepted = { caller: null, workspace: undefined, input, facts, header, attempt };
    return handle(pipeline, endpoint, accepted, undefined);
  }
  const caller = await callerOf(pipeline, endpoint, header, attempt);
  facts.teamId = caller.teamId;
  facts[caller.person ? 'personId' : 'keyId'] = caller.keyId;
  if (caller.sandbox) headers.set('X-Sandbox', 'true');
  await spendCall(pipeline, endpoint, caller.keyId, headers);
  requireCall(endpoint, caller);
  const workspace =
    endpoint.scope === 'workspace'
      ? await findWorkspace(pipeline, caller, c.req.header('x-workspace-id'))
      : undefined;
  attempt.workspaceId = workspace?.uid ?? null;
  const input = await readRequest(c, endpoint);
  attempt.sent = input.sent;
  if (workspace) {
    await requireDomains(endpoint, caller, input, (named) => meantDomains(pipeline, workspace.uid, named));
  }
  const execute = (store?: StoreAnswer) =>
    handle(pipeline, endpoint, { caller, workspace, input, facts, header, attempt }, store);
  if (input.idempotencyKey === undefined) return execute();

  const { answer, replayed } = await pipeline.idempotency.run(
    {
      teamId: caller.teamId,
      scope: workspace?.uid ?? (endpoint.scope === 'person' ? caller.keyId : ''),
      operation: endpoint.operation,
      key: input.idempotencyKey,
      hash: hashRequest(input.sent),
    },
    execute,
  );
  if (replayed) headers.set('Idempotency-Replayed', 'true');
  return answer;
};

const meantDomains: (
  pipeline: Pick<Pipeline<unknown>, 'readMeantDomains'>,
  ...about: Parameters<ReadMeantDomains>
) => ReturnType<ReadMeantDomains> = async ({ readMeantDomains }, ...about) =>
  (await readMeantDomains?.(...about)) ?? new Map();

type Header = (name: string) => string | undefined;

/** A key, when one is sent; else the session of the cookie. */
const callerOf = async (
  pipeline: Pick<Pipeline<unknown>, 'authenticate' | 'sessions'>,
  endpoint: Pick<Endpoint, 'method'>,
  header: Header,
  attempt: Attempt,
): Promise<Caller> => {
  const { address } = attempt;
  const authorization = header('authorization');
  const { sessions } = pipeline;
  const token = sessions && readCookie(header('cookie'), sessionCookieOf(sessions.publicUrl()).name);
  if (authorization !== undefined || !sessions || !token) {
    return holderOf(pipeline, authorization, attempt);
  }
  const caller = await sessions.authenticate(token, address);
  if (!caller) throw unauthorized('session expired');
  attempt.by = { teamId: caller.teamId, actor: auditActorOf(caller) };
  if (endpoint.method !== 'GET') {
    refuseCrossOrigin(pipeline, endpoint, header);
    if (!isCsrfToken(token, header('x-csrf-token'))) {
      throw csrfTokenInvalid('X-CSRF-Token is not the token of this session');
    }
  }
  return caller;
};

const refuseCrossOrigin = (
  { sessions }: Pick<Pipeline<unknown>, 'sessions'>,
  { method }: Pick<Endpoint, 'method'>,
  header: Header,
): void => {
  if (sessions && method !== 'GET' && isCrossOrigin(header, sessions.publicUrl())) {
    throw crossOrigin('The request was sent for a page of another site');
  }
};

const holderOf = async (
  { authenticate }: Pick<Pipeline<unknown>, 'authenticate'>,
  header: string | undefined,
  attempt: Attempt,
): Promise<Caller> => {
  // The scheme is case-insensitive (RFC 9110 §11.1).
  const token = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (!token) throw unauthorized('No authorization token was found', {}, { 'WWW-Authenticate': 'Bearer' });
  const result = await authenticate(token, attempt.address);
  if (result.ok) {
    attempt.by = { teamId: result.caller.teamId, actor: auditActorOf(result.caller) };
    return result.caller;
  }
  const { known } = result;
  if (known) attempt.by = { teamId: known.teamId, actor: { type: 'api_key', id: known.keyId } };
  if ('refusedAddress' in result) {
    throw addressNotAllowed(`The key may not be used from ${result.refusedAddress}`);
  }
  throw unauthorized(result.refusal, {}, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
};

const auditActorOf = ({ keyId, person }: Caller): AuditActor =>
  person ? { type: 'person', id: keyId, sessionId: person.sessionUid } : { type: 'api_key', id: keyId };

/** The answer does not depend on it: a refusal that could not be written down is still one. */
const noteRefusal = async (
  { audit, log }: Pick<Pipeline<unknown>, 'audit' | 'log'>,
  endpoint: Endpoint,
  attempt: Attempt,
  facts: RequestFacts,
  { definition }: ApiError,
): Promise<void> => {
  const { operation } = endpoint;
  const request = auditedRequest(attempt, { requestId: facts.requestId, operation });
  if (!audit || !request || !isRefusalNoted(endpoint, definition)) return;
  const noted = audit
    .refused(request, definition)
    .catch((error: unknown) => log.error({ err: error, ...facts }, 'a refusal was not written down'));
  // Whoever guesses addresses at the door is not to learn from the time it takes whether somebody has one.
  if (endpoint.scope !== 'public') await noted;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const findWorkspace = async (
  { findWorkspace }: Pick<Pipeline<unknown>, 'findWorkspace'>,
  caller: Caller,
  header: string | undefined,
): Promise<Workspace> => {
  const uid = header?.trim().toLowerCase();
  const isOpen = uid && uuid.test(uid) && mayEnter(caller, uid);
  const workspace = isOpen ? await findWorkspace(caller.teamId, uid) : undefined;
  if (!workspace) throw invalidWorkspace('Invalid workspace');
  return workspace;
};

type Accepted = {
  caller: Caller | null;
  workspace: Workspace | undefined;
  input: RequestInput;
  facts: RequestFacts;
  header: Header;
  attempt: Attempt;
};

/** Runs the handler. What it committed is the answer, whatever happens after. */
const handle = async <FeatureContext>(
  pipeline: Pipeline<FeatureContext>,
  endpoint: Endpoint<FeatureContext>,
  { caller, workspace, input, facts, header, attempt }: Accepted,
  store: StoreAnswer | undefined,
): Promise<ServedAnswer> => {
  const { requestId } = facts;
  /** Who did it, and the answer to repeat, beside what was done. */
  const keep = async (tx: Tx, answer: StoredAnswer): Promise<void> => {
    const request = auditedRequest(attempt, { requestId, operation: endpoint.operation });
    if (request) await pipeline.audit?.done(tx, request, answer.status);
    await store?.(tx, answer);
  };
  let committing = false;
  let committed: ServedAnswer | undefined;
  const commit = async (fn: (tx: Tx) => Promise<Answer>): Promise<Answer> => {
    if (committing) throw new Error(`${endpoint.operation} commits twice in one request`);
    committing = true;
    let answer: ServedAnswer | undefined;
    const result = await inTransaction(pipeline.db, async (tx) => {
      const payload = await fn(tx);
      answer = successAnswer(endpoint, payload);
      await keep(tx, answer);
      return payload;
    });
    committed = answer;
    return result;
  };

  try {
    const payload = await endpoint.handle(
      {
        params: input.params,
        query: input.query,
        body: input.body,
        caller,
        workspace,
        address: attempt.address,
        requestId,
        concerns: (concern) => noteConcern(attempt, concern),
        header,
        commit,
      },
      pipeline.context,
    );
    if (committed) return committed;
    const answer = successAnswer(endpoint, payload);
    if (endpoint.writes) await inTransaction(pipeline.db, (tx) => keep(tx, answer));
    return answer;
  } catch (error) {
    if (!committed) throw error;
    pipeline.log.error({ err: error, ...facts }, 'the handler failed after its commit');
    return committed;
  }
};

const successAnswer = (endpoint: Pick<Endpoint, 'status'>, answer: Answer): ServedAnswer => {
  const { message, ...payload } = answer;
  const status = answer[answerStatus] ?? endpoint.status;
  const file = answer[answerFile];
  if (file) return { status, body: '', file };
  // The keys of status and headers are symbols, which JSON leaves out.
  return {
    status,
    body: JSON.stringify({ error: false, message, ...payload }),
    headers: answer[answerHeaders],
  };
};

const errorAnswer = (error: ApiError, headers: Headers): StoredAnswer => {
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  return { status: error.definition.status, body: JSON.stringify(errorBody(error)) };
};

/** Whatever was thrown, as something that may be shown. What nobody meant to throw goes to the log alone. */
export const asApiError = (thrown: unknown, c: Context, log: Log, facts: RequestFacts): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  if (c.req.raw.signal.aborted) {
    log.info({ err: thrown, ...facts }, 'the client went away');
  } else {
    log.error({ err: thrown, ...facts }, 'unexpected error');
  }
  return internalError('Something went wrong on our side', { request_id: facts.requestId });
};
