// How acme-client reaches an authority. Its own HTTP client is one per process, cannot be cancelled, waits out a
// `Retry-After` of hours before it answers, and hides why a connection failed; so it is given this one.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { axios } from 'acme-client';

export type Transport = { agent: Agent; signal: AbortSignal };

/** An error document of the authority (RFC 8555 §6.7). */
export class AcmeProblem extends Error {
  override readonly name = 'AcmeProblem';
  readonly status: number;
  /** Without the prefix `urn:ietf:params:acme:error:`. */
  readonly type: string;
  /** When it wants to be asked again, if it said so. */
  readonly retryAfterMs: number | null;

  constructor(status: number, document: ProblemDocument, retryAfterMs: number | null) {
    super(describeProblem(document) || `HTTP status ${status}`);
    this.status = status;
    this.type = shortType(document);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The authority did not answer: no connection, no name, no trust, or silence. */
export class AuthorityUnreachable extends Error {
  override readonly name = 'AuthorityUnreachable';
}

export type ProblemDocument = {
  type?: string;
  detail?: string;
  subproblems?: (ProblemDocument & { identifier?: { value: string } })[];
};

/** In one line, for people. */
export const describeProblem = (document: ProblemDocument): string => {
  const subproblems = (document.subproblems ?? []).map(
    (problem) => `${problem.identifier?.value ?? '?'}: ${describeProblem(problem)}`,
  );
  const own = [document.detail, document.type && `(${shortType(document)})`].filter(Boolean).join(' ');
  return [own, ...subproblems].filter(Boolean).join('; ');
};

const shortType = ({ type = '' }: ProblemDocument): string =>
  type.replace(/^urn:ietf:params:acme:error:/, '');

const current = new AsyncLocalStorage<Transport>();

/** Everything that `work` asks of an authority goes through `transport`. */
export const withTransport = <T>(transport: Transport, work: () => Promise<T>): Promise<T> =>
  current.run(transport, work);

const ANSWER_WITHIN_MS = 30_000;

axios.defaults.adapter = async (config) => {
  const transport = current.getStore();
  if (!transport) throw new Error('an authority is asked outside of withTransport');
  const { agent, signal } = transport;
  const { response, body } = await new Promise<{ response: IncomingMessage; body: string }>(
    (resolve, reject) => {
      const sent = request(
        config.url!,
        {
          method: config.method?.toUpperCase(),
          headers: config.headers.toJSON() as Record<string, string>,
          agent,
          signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        },
        (response) => text(response).then((body) => resolve({ response, body }), reject),
      );
      sent.on('error', reject);
      sent.end(config.data);
    },
  ).catch((error: Error) => {
    signal.throwIfAborted();
    throw new AuthorityUnreachable(`${new URL(config.url!).host} did not answer: ${reasonOf(error)}`);
  });
  const status = response.statusCode!;
  if (status >= 400) {
    const problem = new AcmeProblem(
      status,
      parseProblem(body),
      retryAfterMs(response.headers['retry-after']),
    );
    // acme-client asks again with the nonce in this answer (RFC 8555 §6.5).
    if (problem.type !== 'badNonce') throw problem;
  }
  return { status, statusText: '', headers: flat(response), data: body, config };
};

/** A connection that failed at several addresses of a name has its reasons inside. */
const reasonOf = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join(', ') : error.message;

const flat = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]),
  );

/** Proxies in front of an authority answer with pages of their own. */
const parseProblem = (body: string): ProblemDocument => {
  try {
    const document: unknown = JSON.parse(body);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
};

/** Seconds or a date (RFC 9110 §10.2.3). */
const retryAfterMs = (header: string | undefined): number | null => {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
};
