// A server that behaves like Cloudflare's API v4 on the wire, faults included.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureKind } from '../contracts/failure.ts';
import type { Faults } from '../contracts/faults.conformance.ts';
import { type Answer, createFakeZones, type FakeZones, refusal } from './fake-zones.ts';

/** What a credential of the fake may do. */
export type Rights = { readsDns?: boolean; writesDns?: boolean; zones?: readonly string[] };

type NextFault = 'dies-before' | 'dies-after' | FailureKind;

export type FakeCloudflare = {
  baseUrl: string;
  zones: FakeZones;
  faults: Faults;
  /** Calls that were answered, as `GET /zones`. */
  calls: string[];
  /** Lets a token in, with all rights on all zones unless told otherwise. */
  addToken(token: string, rights?: Rights): void;
  addGlobalKey(email: string, key: string): void;
  revoke(token: string): void;
  /** Refuses every call for a while, as the real one does after 1200 calls in five minutes. */
  limitFor(ms: number): void;
  close(): Promise<void>;
};

export const startFakeCloudflare = async (port = 0): Promise<FakeCloudflare> => {
  const zones = createFakeZones();
  const tokens = new Map<string, Rights>();
  const globalKeys = new Map<string, string>();
  const calls: string[] = [];
  let nextFault: NextFault | null = null;
  let delayMs = 0;
  let limitedUntil = 0;

  const rightsOf = (request: IncomingMessage): Rights | Answer => {
    const { authorization, 'x-auth-email': email, 'x-auth-key': key } = request.headers;
    if (email !== undefined || key !== undefined) {
      return globalKeys.get(String(email)) === key && key !== undefined
        ? {}
        : refusal(403, 9103, 'Unknown X-Auth-Key or X-Auth-Email');
    }
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined || /[^A-Za-z0-9_-]/.test(token)) {
      return refusal(400, 6003, 'Invalid request headers', [
        { code: 6111, message: 'Invalid format for Authorization header' },
      ]);
    }
    return tokens.get(token) ?? refusal(403, 9109, 'Invalid access token');
  };

  const answerTo = (request: IncomingMessage, url: URL, body: unknown): Answer => {
    if (Date.now() < limitedUntil) {
      const seconds = String(Math.ceil((limitedUntil - Date.now()) / 1000));
      return {
        ...refusal(429, 971, 'Please wait and consider throttling your request speed'),
        headers: { 'retry-after': seconds },
      };
    }
    const rights = rightsOf(request);
    if ('status' in rights) return rights;
    const isDns = url.pathname.includes('/dns_records');
    const denied =
      isDns && (request.method === 'GET' ? rights.readsDns === false : rights.writesDns === false);
    if (denied) return refusal(403, 10000, 'Authentication error');
    return zones.answer(request.method ?? 'GET', url.pathname, url.searchParams, body, rights.zones);
  };

  const server = createServer(async (request, response) => {
    const body = await readJson(request);
    if (delayMs > 0) await sleep(delayMs);
    const url = new URL(request.url ?? '/', 'http://cloudflare.invalid');
    calls.push(`${request.method} ${url.pathname}`);
    const changes = request.method !== 'GET';
    const fault = nextFault !== null && (changes || isAnyCalls(nextFault)) ? nextFault : null;
    if (fault !== null) nextFault = null;
    if (fault === 'dies-before') return request.socket.destroy();
    const answer =
      fault !== null && fault !== 'dies-after' ? failureAnswer(fault) : answerTo(request, url, body);
    if (fault === 'dies-after') return request.socket.destroy();
    send(response, answer);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    zones,
    calls,
    faults: {
      timeOutAfterActing: () => {
        nextFault = 'dies-after';
      },
      timeOutBeforeActing: () => {
        nextFault = 'dies-before';
      },
      failNext: (kind) => {
        failureAnswer(kind);
        nextFault = kind;
      },
      slow: (ms) => {
        delayMs = ms;
      },
    },
    addToken: (token, rights = {}) => tokens.set(token, rights),
    addGlobalKey: (email, key) => globalKeys.set(email, key),
    revoke: (token) => tokens.delete(token),
    limitFor: (ms) => {
      limitedUntil = Date.now() + ms;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** Every change begins with looking; a failure that is meant to have changed nothing may come there. */
const isAnyCalls = (fault: NextFault): boolean =>
  fault !== 'dies-before' && fault !== 'dies-after' && fault !== 'outcomeUnknown';

const failureAnswer = (kind: FailureKind): Answer => {
  switch (kind) {
    case 'transient':
      return { status: 502, html: '<html><head><title>502 Bad Gateway</title></head></html>' };
    case 'outcomeUnknown':
      return {
        status: 500,
        body: { success: false, errors: [{ code: 1101, message: 'Internal error' }], result: null },
      };
    case 'rateLimited':
      return {
        ...refusal(429, 971, 'Please wait and consider throttling your request speed'),
        headers: { 'retry-after': '1' },
      };
    case 'unauthorized':
      return refusal(403, 9109, 'Invalid access token');
    default:
      throw new Error(`the fake of Cloudflare cannot fail with ${kind}`);
  }
};

const send = (response: ServerResponse, { status, body, html, headers }: Answer): void => {
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json', ...headers });
  response.end(html ?? JSON.stringify(body));
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
};
