// Response rate limiting.
import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { networkOf, ResponseRateLimit } from './rate-limit.ts';
import { askTcp, decodeResponse, encodeQuery, exchangeUdp } from './testing/ask.ts';
import { useDnsPlane } from './testing/plane.ts';
import { publishZone } from './testing/published-zones.ts';

const RATE = { perSecond: 10, burst: 5, slip: 2 };
const verdicts = (limit: ResponseRateLimit, address: string, count: number, nowMs = 0) =>
  Array.from({ length: count }, () => limit.judge(address, nowMs));

test('a network gets its burst, then every second response truncated and the others not at all', () => {
  const limit = new ResponseRateLimit(RATE);
  expect(verdicts(limit, '192.0.2.1', 9)).toEqual([
    ...Array(5).fill('answer'),
    ...['drop', 'truncate', 'drop', 'truncate'],
  ]);
});

test('without slip nothing goes out over the limit', () => {
  const limit = new ResponseRateLimit({ ...RATE, slip: 0 });
  expect(verdicts(limit, '192.0.2.1', 7).slice(5)).toEqual(['drop', 'drop']);
});

test('neighbours share the limit, other networks do not', () => {
  const limit = new ResponseRateLimit(RATE);
  verdicts(limit, '192.0.2.1', 5);
  expect(limit.judge('192.0.2.200', 0)).toBe('drop');
  expect(limit.judge('192.0.3.1', 0)).toBe('answer');
});

test('the allowance comes back with time, never beyond the burst', () => {
  const limit = new ResponseRateLimit(RATE);
  verdicts(limit, '192.0.2.1', 5);
  expect(verdicts(limit, '192.0.2.1', 2, 100)).toEqual(['answer', 'drop']);
  expect(verdicts(limit, '192.0.2.1', 6, 3_600_000).filter((verdict) => verdict === 'answer').length).toBe(5);
});

test('loopback is not limited unless asked for', () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    expect(verdicts(new ResponseRateLimit(RATE), address, 50)).toEqual(Array(50).fill('answer'));
    expect(verdicts(new ResponseRateLimit({ ...RATE, loopback: true }), address, 6)[5]).toBe('drop');
  }
});

test.each([
  ['192.0.2.77', '192.0.2'],
  ['::ffff:192.0.2.77', '192.0.2'],
  ['2001:db8:1:2345::1', '2001:db8:1:2300'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:0'],
])('%s is in the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe('over the wire', () => {
  const database = useTestDatabase();
  const plane = useDnsPlane(
    () => ({ databaseUrl: database.url, responseRate: { perSecond: 0, burst: 3, slip: 1, loopback: true } }),
    () => publishZone(database.db, 'example.com', ['@ A 192.0.2.1']),
  );

  test('a truncated response over the limit leads to TCP, which is not limited', async () => {
    const question = { name: 'example.com', type: 'A' };
    const queries = Array.from({ length: 5 }, (_, id) => encodeQuery({ ...question, id }));
    const responses = (await exchangeUdp(plane.port, queries, 5)).map(decodeResponse);
    expect(responses.map(({ flags }) => flags.tc)).toEqual([false, false, false, true, true]);
    expect(responses.at(-1)).toMatchObject({ rcode: 'NOERROR', answers: [], question: 'example.com A' });
    expect((await askTcp(plane.port, question)).answers).toEqual(['example.com 300 A 192.0.2.1']);
  });
});
