// Several threads that answer over UDP are one server.
import { expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { startDnsPlane } from './dns-plane.ts';
import { askUdp, decodeResponse, encodeQuery, exchangeUdp } from './testing/ask.ts';
import { recordingLog, useDnsPlane } from './testing/plane.ts';
import { publishZone, removeZone } from './testing/published-zones.ts';

const database = useTestDatabase();
const plane = useDnsPlane(
  () => ({ databaseUrl: database.url, threads: 3 }),
  async () => {
    await publishZone(database.db, 'example.com', [
      'www A 192.0.2.1',
      'shop CNAME www.example.net.',
      ...Array.from({ length: 12 }, (_, index) => `big TXT "${index} ${'x'.repeat(100)}"`),
    ]);
    await publishZone(database.db, 'example.net', ['www A 192.0.2.7']);
  },
);

const address = async (name: string): Promise<string | undefined> => {
  const { rcode, answers } = await askUdp(plane.port, { name, type: 'A' });
  return answers.at(-1)?.split(' ').at(-1) ?? rcode;
};

/** So many sockets that each thread is asked, but for one chance in a million. */
const ofAllThreads = async (name: string): Promise<(string | undefined)[]> => {
  const seen = new Set<string | undefined>();
  for (let index = 0; index < 40; index += 1) seen.add(await address(name));
  return [...seen];
};

/** As soon as one thread shows it, all of them do. */
const isSeenByAll = async (expected: string, name: string) => {
  await expect.poll(() => address(name), { timeout: 20_000, interval: 5 }).toBe(expected);
  expect(await ofAllThreads(name)).toEqual([expected]);
};

test('a change reaches every thread at once, also of what it has answered before', async () => {
  expect(await ofAllThreads('www.example.com')).toEqual(['192.0.2.1']);
  expect(await ofAllThreads('shop.example.com')).toEqual(['192.0.2.7']);
  await publishZone(database.db, 'example.net', ['www A 192.0.2.8']);
  await isSeenByAll('192.0.2.8', 'shop.example.com');
  await publishZone(database.db, 'shop.example.com', ['@ A 192.0.2.9']);
  await isSeenByAll('192.0.2.9', 'shop.example.com');
  await removeZone(database.db, 'shop.example.com');
  await isSeenByAll('192.0.2.8', 'shop.example.com');
  expect(await ofAllThreads('www.example.com')).toEqual(['192.0.2.1']);
});

test('many questions at once from one sender all get their own answer', async () => {
  const queries = Array.from({ length: 100 }, (_, id) =>
    encodeQuery({ name: id % 2 === 0 ? 'www.example.com' : `name-${id}.example.com`, type: 'A', id }),
  );
  const responses = (await exchangeUdp(plane.port, queries, queries.length)).map(decodeResponse);
  expect(responses.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(queries.map((_, id) => id));
  for (const { id, rcode } of responses)
    expect([id, rcode]).toEqual([id, id % 2 === 0 ? 'NOERROR' : 'NXDOMAIN']);
});

test('an answer that is too long for the one who asks is truncated by every thread', async () => {
  for (let index = 0; index < 40; index += 1) {
    const { flags, answers } = await askUdp(plane.port, { name: 'big.example.com', type: 'TXT' });
    expect([flags.tc, answers.length]).toEqual([true, 0]);
  }
});

test('what one sender may be answered is shared among the threads', async () => {
  const { log } = recordingLog();
  const responseRate = { perSecond: 0, burst: 40, slip: 0, loopback: true };
  const limited = await startDnsPlane({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    log,
    threads: 2,
    responseRate,
  });
  const question = encodeQuery({ name: 'www.example.com', type: 'A' });
  const queries = Array.from({ length: 100 }, () => question);
  // One socket meets one thread, which has half of it.
  expect(await exchangeUdp(limited.port, queries, 20)).toHaveLength(20);
  await limited.close();
  expect(limited.answered()).toEqual([{ rcode: 'NOERROR', type: 'A', count: 20 }]);
});

test('after it is closed its port is free', async () => {
  const options = { databaseUrl: database.url, host: '127.0.0.1', log: recordingLog().log, threads: 2 };
  const first = await startDnsPlane({ ...options, port: 0 });
  await first.close();
  const second = await startDnsPlane({ ...options, port: first.port });
  expect((await askUdp(second.port, { name: 'www.example.com', type: 'A' })).answers).toHaveLength(1);
  await second.close();
});

test('nothing of all this was an error to the server', () => {
  expect(plane.lines.filter((line) => line.level >= 40)).toEqual([]);
});
