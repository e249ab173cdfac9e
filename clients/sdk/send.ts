// One call over the wire: its parts put where they belong, and repeated when that is safe and helps.
//
// Reads can be repeated as they are. A write is repeated under the same `Idempotency-Key`, so that an answer which got
// lost is not acted upon again but looked up: the server keeps the answer of the first time and gives it back.
import createClient from 'openapi-fetch';
import { errorFrom, InboxKitError } from './errors.ts';
import { operationTable } from './generated/operations.ts';
import type { CallOptions, OperationId } from './method.ts';

export type Settings = {
  baseUrl: string;
  apiKey: (() => string | Promise<string>) | null;
  workspaceId: string | undefined;
  fetch: typeof fetch;
  headers: Readonly<Record<string, string>>;
  retries: number;
  backoffMs: number;
  longestWaitMs: number;
  timeoutMs: number;
};

/** What the table says about an operation, without its literal types. */
export type Operation = {
  method: string;
  path: string;
  writes?: true;
  workspace?: true;
  reads?: 'page' | 'cursor' | 'after' | 'stream';
  rows?: string;
  limit?: true;
  file?: 'always' | 'on request';
};

/** What there is of a browser, where the client runs in one. */
export const page = globalThis as { location?: { origin: string }; document?: unknown };

export const operationOf = (id: OperationId): Operation => operationTable[id];

type Fields = Record<string, unknown>;

/** What `openapi-fetch` is used for here: parameters in paths and queries, and bodies. */
type Wire = {
  request(
    method: string,
    path: string,
    init: {
      params: { path: Fields; query: Fields };
      body: Fields | undefined;
      headers: Record<string, string>;
      signal: AbortSignal;
      parseAs: 'stream';
    },
  ): Promise<{ error?: unknown; response: Response }>;
};

type Kind = 'json' | 'response';
type Sent = { ok: true; value: unknown } | { ok: false; error: InboxKitError; waitMs: number | null };

/** A request that did nothing or can be looked up, and that another attempt may bring through. */
const repeatable = new Set([408, 425, 429, 500, 502, 503, 504]);

export const send = async (
  settings: Settings,
  id: OperationId,
  input: Fields,
  options: CallOptions,
  kind: Kind,
  moreHeaders: Record<string, string> = {},
): Promise<unknown> => {
  const operation = operationOf(id);
  const idempotencyKey = operation.writes ? (options.idempotencyKey ?? randomKey()) : null;
  const headers = { ...settings.headers, ...moreHeaders };
  if (idempotencyKey !== null) headers['Idempotency-Key'] = idempotencyKey;
  const workspaceId = options.workspaceId ?? settings.workspaceId;
  if (operation.workspace) {
    if (!workspaceId) throw new TypeError(`${id} works in a workspace: give the client a workspaceId`);
    headers['X-Workspace-Id'] = workspaceId;
  }
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    if (settings.apiKey) headers.Authorization = `Bearer ${await settings.apiKey()}`;
    const sent = await sendOnce(settings, id, input, options, kind, headers, idempotencyKey);
    if (sent.ok) return sent.value;
    const waitMs = sent.waitMs ?? backoff(settings.backoffMs, attempt);
    const worthIt = sent.error.status === 0 || repeatable.has(sent.error.status) || isInProgress(sent.error);
    if (!worthIt || attempt >= settings.retries || waitMs > settings.longestWaitMs) throw sent.error;
    await pause(waitMs, options.signal);
  }
};

/** The first request under the key is still being worked on, and will have its answer soon. */
const isInProgress = ({ code }: InboxKitError): boolean => code === 'idempotency_in_progress';

const sendOnce = async (
  settings: Settings,
  id: OperationId,
  input: Fields,
  options: CallOptions,
  kind: Kind,
  headers: Record<string, string>,
  idempotencyKey: string | null,
): Promise<Sent> => {
  const operation = operationOf(id);
  const { path, rest } = splitPath(operation.path, input);
  const inBody = operation.method !== 'GET';
  const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
  const slow = new AbortController();
  const timer = setTimeout(
    () => slow.abort(new DOMException(`No answer within ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  try {
    const wire = createClient({
      baseUrl: `${settings.baseUrl}/v1/api`,
      fetch: (request: Request) => settings.fetch(request),
      // Some edge runtimes refuse the field, and have no cookies to send.
      ...(settings.apiKey === null && page.document !== undefined && { credentials: 'include' }),
    }) as unknown as Wire;
    const { error, response } = await wire.request(operation.method, operation.path, {
      params: { path, query: inBody ? {} : rest },
      body: inBody ? rest : undefined,
      headers,
      signal: options.signal ? AbortSignal.any([options.signal, slow.signal]) : slow.signal,
      parseAs: 'stream',
    });
    if (response.ok && kind === 'response') return { ok: true, value: response };
    if (response.ok && isJson(response)) return { ok: true, value: await response.json() };
    // A conflict that is an answer: what was new has been done.
    if ((error as Fields | undefined)?.error === false) return { ok: true, value: error };
    const refused = errorFrom(response, error, { operation: id, idempotencyKey });
    return { ok: false, error: refused, waitMs: retryAfterMs(response.headers.get('Retry-After')) };
  } catch (cause) {
    options.signal?.throwIfAborted();
    const reason = slow.signal.aborted ? (slow.signal.reason as Error) : (cause as Error);
    const error = new InboxKitError(`${id}: no answer from ${settings.baseUrl}: ${reason.message}`, {
      code: 'no_answer',
      status: 0,
      operation: id,
      idempotencyKey,
      outcomeUnknown: idempotencyKey !== null,
      cause: reason,
    });
    return { ok: false, error, waitMs: null };
  } finally {
    clearTimeout(timer);
  }
};

const isJson = (response: Response): boolean =>
  response.headers.get('Content-Type')?.startsWith('application/json') ?? false;

/** Takes the fields that the path names out of the input. */
const splitPath = (place: string, input: Fields): { path: Fields; rest: Fields } => {
  const path: Fields = {};
  const rest: Fields = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    (place.includes(`{${name}}`) ? path : rest)[name] = value;
  }
  return { path, rest };
};

/** Doubles with every attempt; spread by half, so that many clients do not come back at once. */
const backoff = (baseMs: number, attempt: number): number =>
  baseMs * 2 ** attempt * (0.5 + Math.random() / 2);

/** RFC 9110 §10.2.3: seconds or a date. */
const retryAfterMs = (header: string | null): number | null => {
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
};

/** @throws the signal's reason, when it is aborted before or meanwhile */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });

/** `crypto.randomUUID` is missing on pages that were not loaded over HTTPS. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
