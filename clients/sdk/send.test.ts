// Which calls are repeated, after which wait, and when a call ends: over a server that answers what a test says.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createInboxKit, type InboxKitError, type InboxKitOptions } from './index.ts';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'silence' | 'hang-up';

let server: Server;
let answers: Answer[];
let requests: IncomingHttpHeaders[];

beforeEach(async () => {
  answers = [];
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.headers);
    const answer = answers.shift() ?? { status: 200, body: { error: false, message: 'Done' } };
    if (answer === 'silence') return;
    if (answer === 'hang-up') {
      request.socket.destroy();
      return;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers }).end(text);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const client = (options: InboxKitOptions = {}) =>
  createInboxKit({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    apiKey: 'key',
    workspaceId: 'workspace',
    backoffMs: 1,
    ...options,
  });

const refusal = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  body: { error: true, code, message: 'No' },
  headers,
});

const failure = (call: Promise<unknown>): Promise<InboxKitError> =>
  call.then(
    () => expect.unreachable(),
    (error) => error as InboxKitError,
  );

test.each([
  ['too many calls', refusal(429, 'rate_limited', { 'Retry-After': '0' })],
  ['a server that is starting', refusal(503, 'not_ready')],
  ['a server that failed', refusal(500, 'internal_error')],
  ['a proxy that has no server', { status: 502, body: '<html>', headers: { 'Content-Type': 'text/html' } }],
  ['a connection that broke', 'hang-up'],
  ['the first request still being in work', refusal(409, 'idempotency_in_progress', { 'Retry-After': '0' })],
] satisfies [string, Answer][])('after %s a write is sent again under the same key', async (_why, answer) => {
  answers = [answer, answer];
  await client().domains.remove({ uids: [] });
  expect(requests).toHaveLength(3);
  const keys = requests.map((headers) => headers['idempotency-key']);
  expect(keys[0]).toMatch(/^[!-~]{16,255}$/);
  expect(new Set(keys).size).toBe(1);
});

test.each([
  [400, 'validation_failed'],
  [402, 'insufficient_funds'],
  [404, 'mailbox_not_found'],
  [409, 'mailbox_exists'],
])('a refusal with %i is final', async (status, code) => {
  answers = [refusal(status, code)];
  expect(await failure(client().mailboxes.renew({ uids: [] } as never))).toMatchObject({ status, code });
  expect(requests).toHaveLength(1);
});

test('reads are repeated too, and carry no key', async () => {
  answers = ['hang-up', refusal(503, 'not_ready')];
  await client().accounts.get();
  expect(requests.map((headers) => headers['idempotency-key'])).toEqual([undefined, undefined, undefined]);
});

test('a wait that is longer than the client waits is left to the caller', async () => {
  answers = [refusal(429, 'rate_limited', { 'Retry-After': '3600' })];
  expect(await failure(client().accounts.get())).toMatchObject({ code: 'rate_limited', status: 429 });
  expect(requests).toHaveLength(1);
});

test('the number of repetitions has an end', async () => {
  answers = Array.from({ length: 10 }, () => refusal(503, 'not_ready'));
  expect(await failure(client({ retries: 2 }).accounts.get())).toMatchObject({ status: 503 });
  expect(requests).toHaveLength(3);
});

test('an answer of something else than the API is not taken for one', async () => {
  answers = [{ status: 200, body: '<html>', headers: { 'Content-Type': 'text/html' } }];
  expect(await failure(client().domains.remove({ uids: [] }))).toMatchObject({
    code: 'unexpected_answer',
    outcomeUnknown: true,
  });
});

test('a conflict that is an answer is one', async () => {
  answers = [{ status: 409, body: { error: false, message: 'Was there', domains: [] } }];
  expect(await client().domains.nameservers({ domains: [] } as never)).toMatchObject({
    message: 'Was there',
  });
});

test('an attempt that takes too long is given up', async () => {
  answers = ['silence', 'silence'];
  expect(await failure(client({ retries: 1, timeoutMs: 50 }).accounts.get())).toMatchObject({
    code: 'no_answer',
    outcomeUnknown: false,
  });
});

test('a signal ends a call that waits for its answer', async () => {
  answers = ['silence'];
  const stop = new AbortController();
  const call = client().accounts.get({}, { signal: stop.signal });
  await expect.poll(() => requests.length).toBe(1);
  stop.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test('a signal ends a call that waits for its next attempt', async () => {
  answers = [refusal(429, 'rate_limited', { 'Retry-After': '30' })];
  const stop = new AbortController();
  const call = client().accounts.get({}, { signal: stop.signal });
  await expect.poll(() => requests.length).toBe(1);
  stop.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test('a key that is asked for is asked for at every attempt', async () => {
  answers = [refusal(503, 'not_ready')];
  let asked = 0;
  await client({ apiKey: async () => `key-${++asked}` }).accounts.get();
  expect(requests.map((headers) => headers.authorization)).toEqual(['Bearer key-1', 'Bearer key-2']);
});

test('without a key nothing is claimed: the session cookie is the proof', async () => {
  await client({ apiKey: undefined }).accounts.get();
  expect(requests[0]!.authorization).toBeUndefined();
});

test('a client without a usable address is refused when it is made', () => {
  expect(() => createInboxKit({ apiKey: 'key' })).toThrow(TypeError);
  expect(() => createInboxKit({ baseUrl: 'inboxkit', apiKey: 'key' })).toThrow(TypeError);
});
