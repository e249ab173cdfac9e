// How the server answers as a speaker of the protocol: EDNS, sizes, and what it will not answer.
import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { askTcp, askUdp, decodeResponse, encodeQuery, exchangeUdp, type Question } from './testing/ask.ts';
import { useDnsPlane } from './testing/plane.ts';
import { publishZone } from './testing/published-zones.ts';

const database = useTestDatabase();
const plane = useDnsPlane(
  () => ({ databaseUrl: database.url }),
  () =>
    publishZone(database.db, 'example.com', [
      '@ NS ns1.example.com.',
      '@ A 192.0.2.1',
      '@ MX 10 mail.example.com.',
      '@ MX 20 mail.other.org.',
      'ns1 A 192.0.2.53',
      'mail A 192.0.2.25',
      'www CNAME example.com.',
      'a.b.deep TXT "deep"',
      'sub NS ns.sub.example.com.',
      ...Array.from({ length: 40 }, (_, index) => `ns.sub AAAA 2001:db8::${index}`),
      ...Array.from({ length: 12 }, (_, index) => `big TXT "${index} ${'x'.repeat(100)}"`),
      '@ SRV 0 1 993 many.example.com.',
      ...Array.from({ length: 40 }, (_, index) => `many A 10.0.0.${index}`),
    ]),
);

const ask = (name: string, type: string, more: Partial<Question> = {}) =>
  askUdp(plane.port, { name, type, ...more });

const NEGATIVE = 'example.com 60 SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 60';

describe('EDNS', () => {
  test('is answered with our size, version 0 and the DO bit as it came', async () => {
    const plain = { payloadBytes: 1232, version: 0, extendedRcode: 0 };
    expect((await ask('example.com', 'A', { edns: {} })).edns).toEqual({ ...plain, dnssecOk: false });
    expect((await ask('example.com', 'A', { edns: { dnssecOk: true } })).edns).toEqual({
      ...plain,
      dnssecOk: true,
    });
    expect(await ask('nope.example.com', 'A', { edns: {} })).toMatchObject({
      rcode: 'NXDOMAIN',
      edns: { ...plain, dnssecOk: false },
    });
  });

  test('is not used when the query has none, whatever the cache holds', async () => {
    await ask('example.com', 'A', { edns: {} });
    expect((await ask('example.com', 'A')).edns).toBeUndefined();
  });

  test('of a later version is BADVERS without an answer', async () => {
    const response = await ask('example.com', 'A', { edns: { version: 1 } });
    expect(response).toMatchObject({ rcode: 'NOERROR', answers: [], edns: { version: 0, extendedRcode: 1 } });
  });
});

describe('an answer that does not fit', () => {
  test.each<[title: string, edns: Question['edns'], limitBytes: number]>([
    ['512 bytes without EDNS', undefined, 512],
    ['what EDNS asks for', { payloadBytes: 900 }, 900],
    ['1232 bytes even when more is offered', { payloadBytes: 4096 }, 1232],
    ['512 bytes even when less is offered', { payloadBytes: 100 }, 512],
  ])('is truncated to nothing: %s', async (_title, edns, limitBytes) => {
    const response = await ask('big.example.com', 'TXT', { edns });
    expect(response).toMatchObject({ rcode: 'NOERROR', flags: { tc: true, aa: true }, answers: [] });
    expect(response.bytes.length).toBeLessThanOrEqual(limitBytes);
  });

  test('comes whole over TCP', async () => {
    const response = await askTcp(plane.port, { name: 'big.example.com', type: 'TXT' });
    expect(response.flags.tc).toBe(false);
    expect(response.answers.length).toBe(12);
  });

  test('is not one whose additional addresses alone are too many: they are left out', async () => {
    const response = await ask('example.com', 'SRV');
    expect(response).toMatchObject({ flags: { tc: false }, additionals: [] });
    expect(response.answers.length).toBe(1);
    const whole = await askTcp(plane.port, { name: 'example.com', type: 'SRV' });
    expect(whole.additionals.length).toBe(40);
  });

  test('is one whose glue does not fit: without it the referral leads nowhere', async () => {
    const response = await ask('www.sub.example.com', 'A');
    expect(response).toMatchObject({ flags: { tc: true, aa: false } });
    expect(response.authorities).toEqual(['sub.example.com 300 NS ns.sub.example.com.']);
    const whole = await askTcp(plane.port, { name: 'www.sub.example.com', type: 'A' });
    expect(whole).toMatchObject({ flags: { tc: false } });
    expect(whole.additionals.length).toBe(40);
  });

  test('fits within the size offered when it can', async () => {
    const response = await ask('example.com', 'MX', { edns: { payloadBytes: 512 } });
    expect(response.flags.tc).toBe(false);
    expect(response.answers.length).toBe(2);
  });
});

describe('questions that are not answered', () => {
  test.each<[name: string, type: string, cls: string]>([
    ['example.org', 'A', 'IN'],
    ['.', 'NS', 'IN'],
    ['com', 'SOA', 'IN'],
    ['notexample.com', 'A', 'IN'],
    ['version.bind', 'TXT', 'CH'],
    ['example.com', 'A', 'ANY'],
    ['example.com', 'AXFR', 'IN'],
    ['example.com', 'IXFR', 'IN'],
  ])('%s %s %s is REFUSED', async (name, type, cls) => {
    const question = { name, type, class: cls };
    for (const response of [await askUdp(plane.port, question), await askTcp(plane.port, question)]) {
      expect(response).toMatchObject({
        rcode: 'REFUSED',
        flags: { aa: false },
        answers: [],
        authorities: [],
      });
    }
  });

  test.each([
    ['UNKNOWN_253', 'NOTIMP'],
    ['UNKNOWN_254', 'NOTIMP'],
    ['OPT', 'FORMERR'],
    ['TSIG', 'FORMERR'],
    ['UNKNOWN_128', 'FORMERR'],
  ])('the type %s is %s', async (type, rcode) => {
    expect(await ask('example.com', type)).toMatchObject({ rcode, answers: [] });
  });

  test('ANY gets one record that says why, an alias gets itself, an empty name gets nothing', async () => {
    expect((await ask('example.com', 'ANY')).answers).toEqual(['example.com 3600 HINFO "RFC8482" ""']);
    expect((await ask('www.example.com', 'ANY')).answers).toEqual(['www.example.com 300 CNAME example.com.']);
    expect(await ask('deep.example.com', 'ANY')).toMatchObject({ rcode: 'NOERROR', authorities: [NEGATIVE] });
    expect(await ask('nope.example.com', 'ANY')).toMatchObject({ rcode: 'NXDOMAIN' });
  });

  test.each([1, 2, 4, 5, 6, 15])('opcode %d is NOTIMP and comes back', async (opcode) => {
    const query = encodeQuery({ name: 'example.com', type: 'A', id: 7, edns: {} });
    query.writeUInt16BE(opcode << 11, 2);
    const [response] = await exchangeUdp(plane.port, [query], 1);
    expect(response!.readUInt16BE(0)).toBe(7);
    expect((response!.readUInt16BE(2) >> 11) & 0xf).toBe(opcode);
    expect(decodeResponse(response!)).toMatchObject({ rcode: 'NOTIMP', answers: [], edns: { version: 0 } });
  });

  test('a response is never answered, nor is less than a header', async () => {
    const reflected = encodeQuery({ name: 'example.com', type: 'A', id: 1 });
    reflected.writeUInt16BE(0x8000, 2);
    const real = encodeQuery({ name: 'example.com', type: 'A', id: 2 });
    const responses = await exchangeUdp(
      plane.port,
      [reflected, real.subarray(0, 11), Buffer.alloc(0), real],
      1,
    );
    expect(responses.map((response) => response.readUInt16BE(0))).toEqual([2]);
  });

  test.each<[string, (query: Buffer) => unknown]>([
    ['no question', (query) => query.writeUInt16BE(0, 4)],
    ['two questions', (query) => query.writeUInt16BE(2, 4)],
    ['a question cut off', (query) => query.writeUInt8(63, 12)],
    ['a name that points at itself', (query) => query.writeUInt16BE(0xc00c, 12)],
    ['a reserved kind of label', (query) => query.writeUInt8(0x80, 12)],
    ['records that are announced and missing', (query) => query.writeUInt16BE(9, 10)],
  ])('%s is FORMERR', async (_title, spoil) => {
    const query = encodeQuery({ name: 'example.com', type: 'A', id: 3 });
    spoil(query);
    const [response] = await exchangeUdp(plane.port, [query], 1);
    expect(decodeResponse(response!)).toMatchObject({ id: 3, rcode: 'FORMERR', question: '' });
  });

  test('two OPT records are FORMERR', async () => {
    const query = encodeQuery({ name: 'example.com', type: 'A', edns: {} });
    const twice = Buffer.concat([query, query.subarray(query.length - 11)]);
    twice.writeUInt16BE(2, 10);
    const [response] = await exchangeUdp(plane.port, [twice], 1);
    expect(decodeResponse(response!).rcode).toBe('FORMERR');
  });
});

test('every response is counted by code and type, types without a name as one', async () => {
  const counted = () =>
    Object.fromEntries(plane.answered().map(({ rcode, type, count }) => [`${rcode} ${type}`, count]));
  const before = counted();
  await ask('example.com', 'A');
  await ask('example.com', 'A');
  await ask('nope.example.com', 'MX');
  await ask('example.com', 'UNKNOWN_65300');
  await ask('example.com', 'A', { edns: { version: 1 } });
  const added = Object.entries(counted()).map(
    ([kind, count]) => [kind, count - (before[kind] ?? 0)] as const,
  );
  expect(Object.fromEntries(added.filter(([, count]) => count > 0))).toEqual({
    'NOERROR A': 2,
    'NXDOMAIN MX': 1,
    'NOERROR other': 1,
    'BADVERS A': 1,
  });
});

test('nothing of all this was an error to the server', () => {
  expect(plane.lines.filter((line) => line.level >= 40)).toEqual([]);
});
