// A server that behaves like Acme on the wire, faults included. Each role brings its own routes and state.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../../../providers/contracts/faults.conformance.ts';

export type Answer = { status: number; body?: unknown };

export type Route = {
  method: string;
  path: RegExp;
  /** Whether a fault meant for "the next changing call" is meant for this one. */
  changes: boolean;
  answer(request: { parts: string[]; query: URLSearchParams; body: never; idempotencyKey: string }): Answer;
};

export const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { code, message },
});

/** `apiKey` is the only key it lets in. Close it when the test is over. */
export const startFake = async (routes: readonly Route[], apiKey = 'fake-key') => {
  let nextFault: 'busy' | 'dies-before' | 'dies-after' | null = null;
  let delayMs = 0;

  const server = createServer(async (request, response) => {
    const body = await readJson(request);
    if (delayMs > 0) await sleep(delayMs);
    const url = new URL(request.url ?? '/', 'http://acme.invalid');
    const route = routes.find(({ method, path }) => method === request.method && path.test(url.pathname));
    const fault = route?.changes ? nextFault : null;
    if (fault !== null) nextFault = null;
    if (fault === 'dies-before') return request.socket.destroy();

    let answer: Answer;
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      answer = refusal(401, 'bad_key', 'Wrong API key');
    else if (fault === 'busy') answer = refusal(503, 'busy', 'Come back later');
    else if (!route) answer = refusal(404, 'no_route', `No ${request.method} ${url.pathname}`);
    else {
      const parts = (route.path.exec(url.pathname) ?? []).slice(1).map(decodeURIComponent);
      const idempotencyKey = String(request.headers['idempotency-key'] ?? '');
      try {
        answer = route.answer({ parts, query: url.searchParams, body: body as never, idempotencyKey });
      } catch (error) {
        // A vendor's bug is a 500 on its wire, not the end of the test that met it.
        answer = refusal(500, 'bug', String(error));
      }
    }
    if (fault === 'dies-after') return request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const faults: Faults = {
    timeOutAfterActing: () => {
      nextFault = 'dies-after';
    },
    timeOutBeforeActing: () => {
      nextFault = 'dies-before';
    },
    failNext: (kind) => {
      if (kind !== 'transient') throw new Error(`the fake of Acme cannot fail with ${kind}`);
      nextFault = 'busy';
    },
    slow: (ms) => {
      delayMs = ms;
    },
  };
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    faults,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
};
