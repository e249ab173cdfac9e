// A server that behaves like Stripe on the wire: form-encoded requests whose every parameter is known, a version on
// each of them, idempotency keys that are kept, errors in Stripe's shape, faults. What it knows about payments is in
// `fake-payments.ts`.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureKind } from '../contracts/failure.ts';
import type { Faults } from '../contracts/faults.conformance.ts';
import { API_VERSION } from './client.ts';

export type Params = Readonly<Record<string, string>>;
export type Answer = { status: number; body: object; headers?: Record<string, string> };

export type Route = {
  method: 'GET' | 'POST';
  path: RegExp;
  /** Every parameter it documents that this program may send; another is refused like Stripe refuses it. */
  params: RegExp;
  /** Those without which it is refused. */
  required?: readonly string[];
  /** The values that a parameter may have, where they are few. */
  values?: Readonly<Record<string, readonly string[]>>;
  /** A fault meant for the next changing call is meant for this one. */
  movesMoney?: boolean;
  answer(request: { id: string; params: Params; list(name: string): string[] }): Answer;
};

/** Thrown by a route; becomes an answer in Stripe's shape (docs: api/errors). */
export class Refused extends Error {
  readonly status: number;
  readonly error: object;
  constructor(
    status: number,
    error: { type: string; message: string; code?: string; [more: string]: unknown },
  ) {
    super(error.message);
    this.status = status;
    this.error = error;
  }
}

export const invalid = (message: string, code?: string, param?: string) =>
  new Refused(code === 'resource_missing' ? 404 : 400, {
    type: 'invalid_request_error',
    message,
    code,
    param,
  });

type Fault =
  | { when: 'before' | 'after' }
  | { status: number; code: string; type: string; retryAfterS?: number };
type Kept = { request: string; answer: Answer | null };

export const startFake = async (routes: readonly Route[], secretKey = 'sk_test_fake') => {
  let fault: Fault | null = null;
  let delayMs = 0;
  const kept = new Map<string, Kept>();
  const requests: { method: string; path: string; params: Params }[] = [];

  const answerOf = async (request: IncomingMessage): Promise<Answer | 'dies'> => {
    const url = new URL(request.url ?? '/', 'http://stripe.invalid');
    const body = await textOf(request);
    const isPost = request.method === 'POST';
    if (request.headers.authorization !== `Bearer ${secretKey}`) {
      throw new Refused(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
    }
    if (request.headers['stripe-version'] !== API_VERSION) throw invalid('Missing or unknown Stripe-Version');
    if (isPost && !request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
      throw invalid('Requests are form-encoded');
    }
    const params = Object.fromEntries(new URLSearchParams(isPost ? body : url.search));
    const route = routes.find(({ method, path }) => method === request.method && path.test(url.pathname));
    if (!route)
      throw invalid(`Unrecognized request URL (${request.method}: ${url.pathname})`, 'resource_missing');
    requests.push({ method: request.method!, path: url.pathname, params });
    const unknown = Object.keys(params).find((name) => !route.params.test(name));
    if (unknown) throw invalid(`Received unknown parameter: ${unknown}`, 'parameter_unknown', unknown);
    for (const name of route.required ?? []) {
      if (params[name] === undefined) {
        throw invalid(`Missing required param: ${name}.`, 'parameter_missing', name);
      }
      if (params[name] === '') {
        throw invalid(`You passed an empty string for '${name}'.`, 'parameter_invalid_empty', name);
      }
    }
    for (const [name, allowed] of Object.entries(route.values ?? {})) {
      const value = params[name];
      if (value !== undefined && !allowed.includes(value)) {
        throw invalid(`Invalid ${name}: must be one of ${allowed.join(', ')}`, undefined, name);
      }
    }
    // docs: api/metadata.
    const long = Object.keys(params).find((name) => name.includes('metadata') && params[name]!.length > 500);
    if (long) throw invalid('Metadata values can have up to 500 characters.', undefined, long);

    const met = route.movesMoney ? fault : null;
    if (met) fault = null;
    if (met && 'when' in met && met.when === 'before') return 'dies';
    if (met && 'status' in met) {
      const { status, code, type, retryAfterS } = met;
      throw Object.assign(new Refused(status, { type, code, message: `Refused with ${code}` }), {
        retryAfterS,
      });
    }
    const key = isPost ? request.headers['idempotency-key'] : undefined;
    if (isPost && !key) throw invalid('Every POST of this program carries an Idempotency-Key');
    // docs: api/idempotent_requests.
    if (key !== undefined && key.length > 255)
      throw invalid('Idempotency keys are up to 255 characters long.');
    const answer = withKey(key as string | undefined, `${url.pathname}?${body}`, () =>
      route.answer({
        id: route.path.exec(url.pathname)?.[1] ?? '',
        params,
        list: (name) =>
          Object.entries(params).flatMap(([at, value]) => (at.startsWith(`${name}[`) ? [value] : [])),
      }),
    );
    return met ? 'dies' : answer;
  };

  /** The first answer under a key is kept, errors too; a key with other parameters is refused (docs: idempotency). */
  const withKey = (key: string | undefined, request: string, act: () => Answer): Answer => {
    if (key === undefined) return act();
    const earlier = kept.get(key);
    if (earlier && earlier.request !== request) {
      throw new Refused(400, {
        type: 'idempotency_error',
        message:
          'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      });
    }
    if (earlier?.answer) return { ...earlier.answer, headers: { 'idempotent-replayed': 'true' } };
    let answer: Answer;
    try {
      answer = act();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // What fails validation before it begins is not kept; a refused card is.
      if (error.status !== 402) throw error;
      answer = { status: error.status, body: { error: error.error } };
    }
    kept.set(key, { request, answer });
    return answer;
  };

  const server = createServer((request, response) => {
    void respond(request, response);
  });
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (delayMs > 0) await sleep(delayMs);
    let answer: Answer | 'dies';
    try {
      answer = await answerOf(request);
    } catch (error) {
      const { status, error: body } =
        error instanceof Refused
          ? error
          : { status: 500, error: { type: 'api_error', message: `a bug of the fake: ${error}` } };
      const { retryAfterS } = error as { retryAfterS?: number };
      answer = {
        status,
        body: { error: body },
        headers: retryAfterS ? { 'retry-after': String(retryAfterS) } : {},
      };
    }
    if (answer === 'dies') return void request.socket.destroy();
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'request-id': `req_${crypto.randomUUID().slice(0, 14)}`,
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.body));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const failures: Partial<Record<FailureKind, Fault>> = {
    transient: { status: 429, code: 'lock_timeout', type: 'invalid_request_error' },
    rateLimited: { status: 429, code: 'rate_limit', type: 'invalid_request_error', retryAfterS: 3 },
    unauthorized: { status: 403, code: 'insufficient_permissions', type: 'invalid_request_error' },
    outcomeUnknown: { status: 500, code: 'internal', type: 'api_error' },
  };
  const faults: Faults = {
    timeOutAfterActing: () => {
      fault = { when: 'after' };
    },
    timeOutBeforeActing: () => {
      fault = { when: 'before' };
    },
    failNext: (kind) => {
      const found = failures[kind];
      if (!found) throw new Error(`the fake of Stripe cannot fail with ${kind}`);
      fault = found;
    },
    slow: (ms) => {
      delayMs = ms;
    },
  };
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secretKey,
    faults,
    /** What was asked so far and got as far as a route. */
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
