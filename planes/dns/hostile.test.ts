// Whatever is sent, the server keeps answering.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { nameOfQuestion, readQuery } from './query.ts';
import { responderFor } from './responder.ts';
import {
  askTcp,
  askUdp,
  decodeResponse,
  encodeQuery,
  exchangeTcp,
  exchangeUdp,
  frame,
} from './testing/ask.ts';
import { recordingLog, useDnsPlane } from './testing/plane.ts';
import { publishZone } from './testing/published-zones.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';

const ZONES = tableOf(
  zoneOf('example.com', [
    record('example.com', 'NS', 'ns1.example.com.'),
    record('example.com', 'MX', '10 mail.example.com.'),
    record('mail.example.com', 'A', '192.0.2.1'),
    record('*.example.com', 'TXT', '"wild"'),
    record('www.example.com', 'CNAME', 'example.com.'),
    record('sub.example.com', 'NS', 'ns.sub.example.com.'),
    record('ns.sub.example.com', 'A', '192.0.2.2'),
  ]),
);

const SEEDS = [
  'example.com',
  'www.example.com',
  'a.b.example.com',
  'x.sub.example.com',
  'other.org',
  '.',
].flatMap((name) =>
  ['A', 'MX', 'TXT', 'ANY', 'NS', 'AXFR'].flatMap((type) => [
    encodeQuery({ name, type, recursionDesired: true }),
    encodeQuery({ name, type, edns: { payloadBytes: 4096, dnssecOk: true } }),
  ]),
);

/** A small generator of numbers below 2^32 (mulberry32): the same seed gives the same packets. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A valid query with some bytes changed, cut out, doubled or added. */
function mutated(random: (below: number) => number): Buffer {
  let packet = Buffer.from(SEEDS[random(SEEDS.length)]!);
  for (let changes = 1 + random(4); changes > 0 && packet.length > 0; changes -= 1) {
    const at = random(packet.length);
    const kind = random(8);
    if (kind < 4) packet[at] = random(256);
    else if (kind < 6) packet[at]! ^= 1 << random(8);
    else if (kind === 6) packet = packet.subarray(0, at);
    else packet = Buffer.concat([packet.subarray(0, at), packet.subarray(random(packet.length))]);
  }
  return packet;
}

function expectResponse(query: Buffer, response: Buffer | undefined): void {
  if (response === undefined) {
    expect(query.length < 12 || (query[2]! & 0x80) !== 0).toBe(true);
    return;
  }
  expect(response.length).toBeLessThanOrEqual(1232);
  expect(response.readUInt16BE(0)).toBe(query.readUInt16BE(0));
  expect(response[2]! & 0x80).toBe(0x80);
  expect(decodeResponse(response).rcode).not.toBe('SERVFAIL');
}

test('any bytes get a well-formed response or none', () => {
  const { log, lines } = recordingLog();
  const responder = responderFor(ZONES, log).responder;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const query = Buffer.from(bytes);
      expectResponse(query, responder.respond(query, 'udp'));
    }),
    { numRuns: 3000 },
  );
  expect(lines).toEqual([]);
});

test('100,000 spoiled queries get a well-formed response or none', () => {
  const { log, lines } = recordingLog();
  const responder = responderFor(ZONES, log).responder;
  const seed = Date.now() >>> 0;
  const random = numbers(seed);
  for (let count = 0; count < 100_000; count += 1) {
    const query = mutated(random);
    const response = responder.respond(query, 'udp');
    try {
      // The full check costs more than the answer; every eighth is enough to look inside.
      if (count % 8 === 0) expectResponse(query, response);
    } catch (error) {
      throw new Error(`seed ${seed}, packet ${count}: ${query.toString('hex')}`, { cause: error });
    }
  }
  expect(lines).toEqual([]);
});

test('a question name of any bytes is read whole, without its case', () => {
  const labels = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 3 });
  fc.assert(
    fc.property(labels, (parts) => {
      const name = Buffer.concat([...parts.flatMap((part) => [Buffer.of(part.length), part]), Buffer.of(0)]);
      const header = encodeQuery({ name: '.', type: 'A' }).subarray(0, 12);
      const query = readQuery(Buffer.concat([header, name, Buffer.of(0, 1, 0, 1)]));
      if (query.kind !== 'query') throw new TypeError('not a query');
      expect(query.questionEnd).toBe(12 + name.length + 4);
      expect(nameOfQuestion(query).split('.').filter(Boolean).length).toBe(parts.length);
      expect(query.keyLength).toBe(name.length + 3);
    }),
  );
});

describe('a running server', () => {
  const database = useTestDatabase();
  const plane = useDnsPlane(
    () => ({ databaseUrl: database.url }),
    () => publishZone(database.db, 'example.com', ['@ A 192.0.2.1']),
  );
  const question = { name: 'example.com', type: 'A' };

  test('answers after 10,000 spoiled queries over UDP', async () => {
    const random = numbers(1);
    await exchangeUdp(
      plane.port,
      Array.from({ length: 10_000 }, () => mutated(random)),
      1,
    );
    expect((await askUdp(plane.port, question)).answers).toEqual(['example.com 300 A 192.0.2.1']);
  });

  test('answers after 300 connections that send spoiled queries', async () => {
    const random = numbers(2);
    for (let count = 0; count < 300; count += 1) {
      const bytes = random(2) === 0 ? frame(mutated(random)) : mutated(random);
      // The half announced by a wrong length never comes; a response to the second query ends the exchange.
      await exchangeTcp(plane.port, Buffer.concat([bytes, Buffer.from([0xff, 0xff])]), 2);
    }
    expect((await askTcp(plane.port, question)).answers).toEqual(['example.com 300 A 192.0.2.1']);
    expect(plane.lines.filter((line) => line.level >= 40)).toEqual([]);
  });
});
