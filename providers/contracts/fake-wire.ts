// The part that fakes of vendors share: an HTTP server that lets in who has the right credential, refuses bodies the
// vendor would refuse, and fails on demand or by chance in each of the ways that vendors do.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureKind } from './failure.ts';
import type { Faults } from './faults.conformance.ts';

export type FakeAnswer = { status: number; body?: unknown; html?: string; headers?: Record<string, string> };
// biome-ignore lint/suspicious/noExplicitAny: its shape is checked against `takes` before anybody reads it
export type FakeBody = any;
export type FakeRequest = {
  parts: string[];
  query: URLSearchParams;
  body: FakeBody;
  headers: IncomingHttpHeaders;
};

/**
 * The fields a body may have: a name that ends in `?` may be missing, every other must be there, and nothing else may.
 * A list of values means one of these.
 */
export type Shape = { readonly [field: string]: FieldShape };
type FieldShape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'strings'
  | 'numbers'
  | 'number|null'
  | readonly (string | number)[]
  | { readonly each: Shape }
  | Shape;

export type FakeRoute = {
  method: string;
  path: RegExp;
  /** Whether a fault meant for "the next changing call" is meant for this one. */
  changes: boolean;
  takes?: Shape;
  answer(request: FakeRequest): FakeAnswer;
};

type NextFault = 'dies-before' | 'dies-after' | 'hangs-after' | 'error-after' | FailureKind;

export type FakeWire = {
  baseUrl: string;
  /** Calls that came, as `POST /accounts`. */
  calls: string[];
  faults: Faults & {
    /** The next changing call is carried out and answered with 500. */
    answerErrorAfterActing(): void;
  };
  /** From now on so great a share of all calls ends in one of the ways in which calls end badly. 0 ends it. */
  misbehave(share: number, random?: () => number): void;
  close(): Promise<void>;
};

export type FakeWireOptions = {
  routes: readonly FakeRoute[];
  /** Null lets the call in. */
  authorize(request: FakeRequest, path: string): FakeAnswer | null;
  /** A refusal in the vendor's form. */
  refuse(status: number, words: string): FakeAnswer;
  port?: number;
};

const chances: readonly NextFault[] = [
  'dies-before',
  'dies-after',
  'hangs-after',
  'error-after',
  'transient',
  'rateLimited',
];

export const startFakeWire = async ({
  routes,
  authorize,
  refuse,
  port = 0,
}: FakeWireOptions): Promise<FakeWire> => {
  const calls: string[] = [];
  let nextFault: NextFault | null = null;
  let delayMs = 0;
  let chance: { share: number; random: () => number } | null = null;

  const failureAnswer = (kind: FailureKind): FakeAnswer => {
    switch (kind) {
      case 'transient':
        return { status: 502, html: '<html><head><title>502 Bad Gateway</title></head></html>' };
      case 'rateLimited':
        return { ...refuse(429, 'Too many requests'), headers: { 'retry-after': '1' } };
      case 'unauthorized':
        return refuse(401, 'Unauthorized');
      case 'insufficientFunds':
        return refuse(402, 'Your plan allows no more mailboxes');
      case 'rejected':
        return refuse(400, 'This mailbox is not welcome here');
      default:
        return { status: 500, body: { error: 'Internal error' } };
    }
  };

  const faultOf = (changes: boolean): NextFault | null => {
    if (nextFault !== null && (changes || nextFault === 'transient' || nextFault === 'rateLimited')) {
      const fault = nextFault;
      nextFault = null;
      return fault;
    }
    if (chance === null || chance.random() >= chance.share) return null;
    return chances[Math.floor(chance.random() * chances.length)]!;
  };

  const answerTo = (route: FakeRoute | undefined, request: FakeRequest, where: string): FakeAnswer => {
    const [, path = ''] = where.split(' ');
    const shut = authorize(request, path);
    if (shut) return shut;
    if (!route) return refuse(404, `Cannot ${where}`);
    const problem = route.takes && problemOf(request.body, route.takes, 'body');
    if (problem) return refuse(400, problem);
    try {
      return route.answer(request);
    } catch (error) {
      // A vendor's bug is a 500 on its wire, not the end of the test that met it.
      return { status: 500, body: { error: String(error) } };
    }
  };

  const server = createServer(async (incoming, response) => {
    const body = await readJson(incoming);
    if (delayMs > 0) await sleep(delayMs);
    const url = new URL(incoming.url ?? '/', 'http://fake.invalid');
    const where = `${incoming.method} ${url.pathname}`;
    calls.push(where);
    const route = routes.find(({ method, path }) => method === incoming.method && path.test(url.pathname));
    const fault = faultOf(route?.changes ?? false);
    if (fault === 'dies-before') return incoming.socket.destroy();
    const acts =
      fault === null || fault === 'dies-after' || fault === 'hangs-after' || fault === 'error-after';
    if (!acts) return send(response, failureAnswer(fault));
    const parts = (route?.path.exec(url.pathname) ?? [])
      .slice(1)
      .map((part) => decodeURIComponent(part ?? ''));
    const answer = answerTo(
      route,
      { parts, query: url.searchParams, body, headers: incoming.headers },
      where,
    );
    if (fault === 'dies-after') return incoming.socket.destroy();
    // Whoever asked gives up some time; the connection stays open until then.
    if (fault === 'hangs-after') return;
    send(response, fault === 'error-after' ? failureAnswer('outcomeUnknown') : answer);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  const next = (fault: NextFault) => () => {
    nextFault = fault;
  };
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    faults: {
      timeOutAfterActing: next('dies-after'),
      timeOutBeforeActing: next('dies-before'),
      answerErrorAfterActing: next('error-after'),
      failNext: (kind) => next(kind)(),
      slow: (ms) => {
        delayMs = ms;
      },
    },
    misbehave: (share, random = Math.random) => {
      chance = share > 0 ? { share, random } : null;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** What a body has that it must not have, or lacks; null when it is as it should be. */
const problemOf = (value: unknown, shape: FieldShape, at: string): string | null => {
  if (typeof shape === 'string') {
    return fits(value, shape) ? null : `${at} must be ${shape}`;
  }
  if (Array.isArray(shape)) {
    return shape.includes(value as string) ? null : `${at} must be one of ${shape.join(', ')}`;
  }
  if (isEach(shape)) {
    if (!Array.isArray(value)) return `${at} must be a list`;
    return firstOf(value.map((one, index) => problemOf(one, shape.each, `${at}[${index}]`)));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} must be an object`;
  const fields = Object.entries(shape as Shape).map(
    ([name, field]) => [name.replace(/\?$/, ''), field, name.endsWith('?')] as const,
  );
  const unknown = Object.keys(value).find((name) => !fields.some(([known]) => known === name));
  if (unknown !== undefined) return `${at}.${unknown} is not allowed`;
  return firstOf(
    fields.map(([name, field, mayBeMissing]) => {
      const given = (value as Record<string, unknown>)[name];
      if (given === undefined) return mayBeMissing ? null : `${at}.${name} is required`;
      return problemOf(given, field, `${at}.${name}`);
    }),
  );
};

const fits = (value: unknown, shape: string): boolean => {
  const list = /^(string|number)s$/.exec(shape)?.[1];
  if (list) return Array.isArray(value) && value.every((one) => typeof one === list);
  return shape === 'number|null' ? value === null || typeof value === 'number' : typeof value === shape;
};

const isEach = (shape: FieldShape): shape is { each: Shape } =>
  typeof shape === 'object' && 'each' in shape && typeof shape.each === 'object';

const firstOf = (problems: (string | null)[]): string | null =>
  problems.find((problem) => problem !== null) ?? null;

const send = (response: ServerResponse, { status, body, html, headers }: FakeAnswer): void => {
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json', ...headers });
  response.end(html ?? (body === undefined ? '' : JSON.stringify(body)));
};

const readJson = async (request: IncomingMessage): Promise<FakeBody> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
