// Messages as a client sees them, against another implementation of the format.
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeResponse, encodeQuery } from './message.ts';
import { formatRdata } from './presentation.ts';
import { typeName } from './record-types.ts';
import { recordDataArbitrary } from './testing.ts';
import { toWire, typeCodeOf } from './wire.ts';

test('a query is one that another implementation reads', () => {
  const bytes = encodeQuery({ name: 'www.example.com', type: 'TYPE65280' }, 4711, true);
  const packet = dnsPacket.decode(bytes) as dnsPacket.DecodedPacket;
  expect(packet).toMatchObject({ type: 'query', id: 4711, flag_rd: true });
  expect(packet.questions).toEqual([{ name: 'www.example.com', type: 'UNKNOWN_65280', class: 'IN' }]);
  expect(packet.additionals?.[0]).toMatchObject({ type: 'OPT', udpPayloadSize: 1232 });
  const plain = dnsPacket.decode(encodeQuery({ name: '.', type: 'NS' }, 1, false)) as dnsPacket.DecodedPacket;
  expect(plain).toMatchObject({ flag_rd: false, questions: [{ name: '.', type: 'NS' }] });
});

test('records of every type are read out of a response that another implementation wrote', () => {
  fc.assert(
    fc.property(fc.array(recordDataArbitrary, { minLength: 1, maxLength: 6 }), (datas) => {
      const answers = datas.map((data) => ({
        name: 'Host.example',
        type: typeName(typeCodeOf(data)).replace(/^TYPE/, 'UNKNOWN_'),
        ttl: 60,
        data: toWire(data),
      }));
      const questions = [{ name: 'host.example', type: 'A' as const }];
      const response = { type: 'response', id: 7, flags: dnsPacket.AUTHORITATIVE_ANSWER, questions } as const;
      const read = decodeResponse(dnsPacket.encode({ ...response, answers: answers as never }));
      expect(read).toMatchObject({ id: 7, rcode: 'NOERROR', authoritative: true, truncated: false });
      expect(read.question).toEqual({ name: 'host.example', type: 'A' });
      expect(read.answers.map(({ name, ttlS, data }) => `${name} ${ttlS} ${formatRdata(data)}`)).toEqual(
        datas.map((data) => `host.example 60 ${formatRdata(data)}`),
      );
    }),
    { numRuns: 200 },
  );
});

test('compressed names inside of record data are followed', () => {
  // Header; question "a.b" MX; one answer: pointer to the question's name, MX 5, exchange "m" and a pointer to "b".
  const bytes = Buffer.from(
    '000184000001000100000000' + '0161016200000f0001' + 'c00c000f00010000003c0006' + '0005016dc00e',
    'hex',
  );
  expect(decodeResponse(bytes).answers).toEqual([
    { name: 'a.b', type: 'MX', ttlS: 60, data: { type: 'MX', preference: 5, exchange: 'm.b' } },
  ]);
});

test('names this program would not write come as bytes instead of costing the message', () => {
  const bytes = dnsPacket.encode({
    type: 'response',
    answers: [{ name: 'a.example', type: 'CNAME', ttl: 60, data: 'we ird.example' }],
  });
  expect(decodeResponse(bytes).answers[0]).toMatchObject({ type: 'CNAME', data: { type: 'generic' } });
});

test('bytes that are no response give a RangeError, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const message = Buffer.from(bytes);
      if (message.length > 2) message[2]! |= 0x80;
      try {
        decodeResponse(message);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2000 },
  );
  expect(() => decodeResponse(encodeQuery({ name: 'a.example', type: 'A' }, 1, false))).toThrow(RangeError);
});
