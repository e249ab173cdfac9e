// One HTTP call to a vendor that speaks JSON, and what became of it in our closed set of failures. Vendors add how they
// are addressed, how they let somebody in, and where in an answer their own words stand.
import {
  conflict,
  insufficientFunds,
  notFound,
  outcomeUnknown,
  type ProviderFailure,
  rateLimited,
  rejected,
  transient,
  unauthorized,
} from './failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type WireRequest = {
  url: string;
  method: Method;
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
};
/** Names of headers are lower case. */
export type WireAnswer = { status: number; headers: Record<string, string>; text: string };
/** Carries one request. Throws whatever it likes when no answer came. */
export type Send = (request: WireRequest) => Promise<WireAnswer>;

export const sendByFetch: Send = async ({ url, timeoutMs, ...request }) => {
  const response = await fetch(url, {
    ...request,
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
};

export type WireSettings = {
  /** For messages. */
  title: string;
  /** Without a slash at the end. */
  baseUrl: string;
  /** What lets us in, asked for before each call. */
  headers(): Record<string, string> | Promise<Record<string, string>>;
  /** The vendor's own words in the body of a refusal; null when there are none. */
  words(body: unknown): string | null;
  /** What a refusal means where its status says too little; null leaves it to the status. */
  judge?(status: number, body: unknown, message: string): ProviderFailure | null;
  /** Waits for our turn. */
  beforeCall?(): Promise<void>;
  send?: Send;
  timeoutMs?: number;
};

export type Wire = {
  /** For calls that change nothing: a lost answer is `transient`, because asking again is harmless. */
  read<Answer>(path: string, query?: Query, method?: Method, body?: unknown): Promise<Answer>;
  /** The same, and null where there is no such thing. */
  find<Answer>(path: string, query?: Query): Promise<Answer | null>;
  /** For calls that change something: a lost answer is `outcomeUnknown`. */
  write<Answer>(method: Method, path: string, body?: unknown, query?: Query): Promise<Answer>;
};
export type Query = Readonly<Record<string, string | number | undefined>>;

/** Errors of a connection that was never made, so that nothing can have happened at the other end. */
const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const TIMEOUT_MS = 30_000;

export const createWire = (settings: WireSettings): Wire => {
  const { title, baseUrl, send = sendByFetch, timeoutMs = TIMEOUT_MS } = settings;

  const call = async (
    request: { method: Method; path: string; query?: Query; body?: unknown },
    lost: typeof transient,
  ): Promise<unknown> => {
    const { method, path, query, body } = request;
    await settings.beforeCall?.();
    const headers = { accept: 'application/json', ...(await settings.headers()) };
    // The detail is for logs: never the query, in which one vendor wants its key, and never a body.
    const where = `${method} ${path}`;
    let answer: WireAnswer;
    try {
      answer = await send({
        url: `${baseUrl}${path}${queryText(query)}`,
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        timeoutMs,
      });
    } catch (error) {
      const {
        cause,
        code = (cause as { code?: string } | undefined)?.code,
        name,
      } = error as Error & {
        code?: string;
      };
      // An address that nobody may be sent to is refused before anything is.
      if (name === 'TargetRefused') throw rejected((error as Error).message, 'address_refused');
      throw code !== undefined && notSent.has(code)
        ? transient(`${title} could not be reached.`, `${where}: ${code}`)
        : lost(`${title} did not answer.`, `${where}: ${code ?? name}`);
    }
    const parsed = parse(answer.text);
    if (answer.status >= 200 && answer.status < 300) {
      if (parsed === undefined && answer.text.trim() !== '') {
        throw lost(`${title} answered something that is not JSON.`, `${where}: ${answer.status}`);
      }
      return parsed;
    }
    throw failureOf(settings, answer, parsed, lost, where);
  };

  return {
    read: async <Answer>(path: string, query?: Query, method: Method = 'GET', body?: unknown) =>
      (await call({ method, path, query, body }, transient)) as Answer,
    find: async <Answer>(path: string, query?: Query) =>
      orNull(
        (await call({ method: 'GET', path, query }, transient).catch(nullWhenNotFound)) as Answer | null,
      ),
    write: async <Answer>(method: Method, path: string, body?: unknown, query?: Query) =>
      (await call({ method, path, query, body }, outcomeUnknown)) as Answer,
  };
};

const orNull = <T>(value: T | null | undefined): T | null => value ?? null;

/** For `catch`: there is no such thing. */
export const nullWhenNotFound = (error: unknown): null => {
  if ((error as ProviderFailure).failure?.kind === 'notFound') return null;
  throw error;
};

const queryText = (query: Query = {}): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
};

/** Proxies in front of an API answer in HTML when they fail. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const failureOf = (
  { title, words, judge }: WireSettings,
  { status, headers }: WireAnswer,
  body: unknown,
  lost: typeof transient,
  where: string,
): ProviderFailure => {
  const said = body === undefined ? null : words(body);
  const message = said === null ? `${title} answered ${status}.` : `${title} says: ${shorten(said)}`;
  const judged = judge?.(status, body, message);
  if (judged) return judged;
  if (status === 429) return rateLimited(message, retryAfterMs(headers));
  if (status === 408 || status >= 500) return lost(message, `${where}: ${status}`);
  if (status === 401) return unauthorized(message, 'invalid_credential');
  if (status === 403) return unauthorized(message, 'missing_right');
  if (status === 402) return insufficientFunds(message);
  if (status === 404 || status === 410) return notFound(message);
  if (status === 409) return conflict(message);
  return rejected(message, undefined, `${where}: ${status}`);
};

const MOST_WORDS = 400;
const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS)}…` : line;
};

const DEFAULT_WAIT_S = 60;

/** `Retry-After` in seconds (RFC 9110 §10.2.3); the form with a date is taken for none. */
const retryAfterMs = (headers: Record<string, string>): number => {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_WAIT_S) * 1000;
};

/** The first text under one of these names, or in an array of errors: where most vendors keep their words. */
export const wordsUnder =
  (...names: string[]) =>
  (body: unknown): string | null => {
    if (typeof body === 'string') return body || null;
    if (Array.isArray(body)) {
      const all = body.map(wordsUnder(...names)).filter((one) => one !== null);
      return all.length > 0 ? all.join('; ') : null;
    }
    if (body === null || typeof body !== 'object') return null;
    for (const name of names) {
      const value = (body as Record<string, unknown>)[name];
      const found = typeof value === 'object' && value !== null ? wordsUnder(...names)(value) : value;
      if (typeof found === 'string' && found !== '') return found;
    }
    return null;
  };
