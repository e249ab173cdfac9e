// Requests to addresses that customers give: they arrive at the internet or nowhere, and end.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BlockList } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createOutgoing, TargetRefused } from './outgoing.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const receiver = async (listener: RequestListener) => {
  let connections = 0;
  const server = createServer(listener).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
};

const loopback = new BlockList();
loopback.addAddress('127.0.0.1', 'ipv4');

const leadsTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const get = (url: string) => ({ url, method: 'GET' as const, timeoutMs: 5_000, maxBytes: 1_000 });

describe('what leads inside', () => {
  const guarded = createOutgoing({ allowTargets: new BlockList(), lookup: leadsTo('127.0.0.1') });

  test.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.0.0.1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::1]:PORT/',
    'http://hooks.northpeak.example:PORT/',
  ])('is refused and nothing connects, also when written as %s', async (url) => {
    const { port, connections } = await receiver((_request, response) => response.end());
    await expect(guarded.send(get(url.replace('PORT', String(port))))).rejects.toThrow(TargetRefused);
    expect(connections()).toBe(0);
  });

  test.each(['file:///etc/passwd', 'ftp://hooks.example/', 'gopher://x', 'not an address', ''])(
    'is refused when it is no web address: %s',
    async (url) => expect(guarded.send(get(url))).rejects.toThrow('must begin with https:// or http://'),
  );

  test('is refused when it carries a password', async () => {
    await expect(guarded.send(get('https://user:secret@hooks.example/'))).rejects.toThrow(TargetRefused);
  });
});

test('a name is connected to at the address that was checked, and at no other it leads to', async () => {
  const { port, connections } = await receiver((_request, response) => response.end('here'));
  const asked: string[] = [];
  const outgoing = createOutgoing({
    allowTargets: loopback,
    lookup: async (host) => {
      asked.push(host);
      return leadsTo('127.0.0.2', '127.0.0.1')();
    },
  });
  const answer = await outgoing.send(get(`http://hooks.northpeak.example:${port}/`));
  expect([answer.status, String(answer.body), connections(), asked]).toEqual([
    200,
    'here',
    1,
    ['hooks.northpeak.example'],
  ]);
});

test('a redirect is an answer and is not followed', async () => {
  const { port, connections } = await receiver((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:1/` }).end(),
  );
  const answer = await createOutgoing({ allowTargets: loopback }).send(get(`http://127.0.0.1:${port}/`));
  expect([answer.status, answer.headers.location, connections()]).toEqual([302, 'http://127.0.0.1:1/', 1]);
});

test('an answer without end is read as far as asked for', async () => {
  const { port } = await receiver((_request, response) => {
    const more = setInterval(() => response.write('x'.repeat(700)), 1);
    response.once('close', () => clearInterval(more));
  });
  const answer = await createOutgoing({ allowTargets: loopback }).send(get(`http://127.0.0.1:${port}/`));
  expect([answer.body.length, answer.truncated]).toEqual([1_000, true]);
});

test('an answer that never comes ends in time, also in the middle of its body', async () => {
  const silent = await receiver(() => {});
  const stuck = await receiver((_request, response) => {
    response.write('half');
  });
  const outgoing = createOutgoing({ allowTargets: loopback });
  for (const { port } of [silent, stuck]) {
    const request = { ...get(`http://127.0.0.1:${port}/`), timeoutMs: 200 };
    await expect(outgoing.send(request)).rejects.toThrow('no answer within 0.2 seconds');
  }
});

test('what is sent arrives to the byte', async () => {
  const { port } = await receiver((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      response.end(
        `${request.method} ${request.headers['x-kind']} ${request.headers['content-length']} ${Buffer.concat(chunks)}`,
      ),
    );
  });
  const answer = await createOutgoing({ allowTargets: loopback }).send({
    ...get(`http://127.0.0.1:${port}/`),
    method: 'POST',
    headers: { 'X-Kind': 'hook' },
    body: 'größe',
  });
  expect(String(answer.body)).toBe('POST hook 7 größe');
});
