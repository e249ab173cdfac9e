// DNS over TCP: connections, their limits, and clients that behave badly.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AnswerCounts, countsMemory, readCounts } from './answer-counts.ts';
import { responderFor } from './responder.ts';
import { DEFAULT_TCP_LIMITS, startTcpServer, type TcpLimits, type TcpServer } from './tcp-server.ts';
import { decodeResponse, encodeQuery, exchangeTcp, frame } from './testing/ask.ts';
import { recordingLog } from './testing/plane.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';

const ZONES = tableOf(
  zoneOf('example.com', [
    record('example.com', 'A', '192.0.2.1'),
    ...Array.from({ length: 20 }, (_, index) =>
      record('big.example.com', 'TXT', `"${index} ${'x'.repeat(200)}"`),
    ),
  ]),
);

const open: { server?: TcpServer; sockets: Socket[] } = { sockets: [] };
afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy();
  await open.server?.close();
});

let counts: SharedArrayBuffer;
const answered = () => readCounts(counts).reduce((sum, { count }) => sum + count, 0);
async function start(limits: Partial<TcpLimits> = {}): Promise<number> {
  counts = countsMemory(1);
  const { log } = recordingLog();
  const { responder } = responderFor(ZONES, log, new AnswerCounts(counts));
  open.server = await startTcpServer('127.0.0.1', 0, responder, { ...DEFAULT_TCP_LIMITS, ...limits }, log);
  return open.server.port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  open.sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const query = (id: number, name = 'example.com', type = 'A') => frame(encodeQuery({ name, type, id }));
const answersOn = async (socket: Socket) => {
  socket.write(query(1));
  const [first] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return first instanceof Buffer;
};

test('queries sent at once on one connection are all answered, in order', async () => {
  const port = await start();
  const queries = Array.from({ length: 500 }, (_, id) => query(id));
  const responses = await exchangeTcp(port, Buffer.concat(queries), 500);
  expect(responses.map((response) => response.readUInt16BE(0))).toEqual(queries.map((_, id) => id));
});

test('a query may come in any pieces', async () => {
  const socket = await connected(await start());
  socket.setNoDelay(true);
  for (const byte of query(42)) {
    socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  const [response] = await once(socket, 'data');
  expect(decodeResponse((response as Buffer).subarray(2))).toMatchObject({
    id: 42,
    answers: ['example.com 300 A 192.0.2.1'],
  });
});

test('a malformed query is told so and the connection goes on', async () => {
  const port = await start();
  const malformed = encodeQuery({ name: 'example.com', type: 'A', id: 1 });
  malformed.writeUInt16BE(0, 4);
  const responses = await exchangeTcp(port, Buffer.concat([frame(malformed), query(2)]), 2);
  expect(responses.map((response) => decodeResponse(response).rcode)).toEqual(['FORMERR', 'NOERROR']);
});

test.each<[string, Buffer]>([
  ['announces more than any query needs', Buffer.from([0xff, 0xff, 0, 0])],
  ['sends less than a header', frame(Buffer.from('GET'))],
  ['sends a response', frame(Buffer.from([0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0]))],
])('a client that %s is disconnected', async (_title, bytes) => {
  const port = await start();
  expect(await exchangeTcp(port, bytes, 1)).toEqual([]);
});

test('a connection without a query is closed in time', async () => {
  const socket = await connected(await start({ idleMs: 20 }));
  await once(socket, 'close');
  expect(answered()).toBe(0);
});

test('sending a query slowly does not keep a connection open', async () => {
  const socket = await connected(await start({ idleMs: 50 }));
  socket.write(Buffer.from([0x0f, 0xff]));
  // What is still on the way when the server hangs up comes back as a reset.
  socket.on('error', () => {});
  const drip = setInterval(() => socket.write(Buffer.of(0)), 5);
  await new Promise((closed) => socket.once('close', closed));
  clearInterval(drip);
  expect(socket.bytesWritten).toBeLessThan(0x0fff);
});

test('a client that does not read is not answered without end, and disconnected', async () => {
  const queries = 30_000;
  const flood = Buffer.concat(
    Array.from({ length: queries }, (_, id) => query(id & 0xffff, 'big.example.com', 'TXT')),
  );
  const port = await start({ idleMs: 1000, maxConnectionsPerNetwork: 1 });
  const socket = await connected(port);
  socket.pause();
  socket.write(flood);
  // The end of a connection shows only to those who read; that it is over shows when there is room for another.
  await expect.poll(async () => answersOn(await connected(port)), { timeout: 20_000 }).toBe(true);
  expect(answered()).toBeGreaterThan(1);
  expect(answered()).toBeLessThan(queries);
});

test('one network gets its share of connections; a closed one makes room', async () => {
  const port = await start({ maxConnectionsPerNetwork: 2 });
  const first = await connected(port);
  expect(await answersOn(first)).toBe(true);
  expect(await answersOn(await connected(port))).toBe(true);
  expect(await answersOn(await connected(port))).toBe(false);
  first.destroy();
  await expect.poll(async () => answersOn(await connected(port))).toBe(true);
});

test('all clients together get so many connections', async () => {
  const port = await start({ maxConnections: 1 });
  expect(await answersOn(await connected(port))).toBe(true);
  expect(await answersOn(await connected(port))).toBe(false);
});
