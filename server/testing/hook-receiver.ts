// A receiver of webhooks on loopback that remembers what it was sent and answers as a test wants.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Body } from './test-installation.ts';

export type Received = { path: string; headers: IncomingHttpHeaders; text: string; body: Body };

export type HookReceiver = {
  url(path?: string): string;
  /** In the order they came. */
  readonly received: Received[];
  /** What is answered from now on: a status, or nothing at all. */
  answer: (
    request: Received,
  ) => { status: number; headers?: Record<string, string>; body?: string } | 'silence';
  close(): Promise<void>;
};

export const startHookReceiver = async (): Promise<HookReceiver> => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
      const answer = receiver.answer(one);
      received.push(one);
      if (answer === 'silence') return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const receiver: HookReceiver = {
    url: (path = '/') => `http://127.0.0.1:${port}${path}`,
    received,
    answer: () => ({ status: 200 }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return receiver;
};
