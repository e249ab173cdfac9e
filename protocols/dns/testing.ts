// Generators of valid names and record data, for the property tests of everything that handles zones.

import fc from 'fast-check';
import type { RecordData } from './rdata.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

/** A host name of one to four labels of which some reach the limit of 63 bytes. */
export const nameArbitrary: fc.Arbitrary<string> = fc
  .array(fc.oneof({ weight: 9, arbitrary: labelOf(1, 12) }, { weight: 1, arbitrary: labelOf(60, 63) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((labels) => [...labels, 'example'].join('.'));

function labelOf(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...LETTERS, '-', '_'), { minLength, maxLength })
    .map((characters) => characters.join(''));
}

const uint8 = fc.integer({ min: 0, max: 0xff });
const uint16 = fc.integer({ min: 0, max: 0xffff });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), uint16), { minLength: 8, maxLength: 8 })
  .map((groups) =>
    new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1),
  );

/** Record data of every structured type, and of a type nobody knows. */
export const recordDataArbitrary: fc.Arbitrary<RecordData> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), address: fc.ipV4() }),
  fc.record({ type: fc.constant('AAAA' as const), address: ipv6 }),
  fc.record({
    type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const),
    target: nameArbitrary,
  }),
  fc.record({
    type: fc.constant('SOA' as const),
    mname: nameArbitrary,
    rname: fc
      .tuple(fc.constantFrom('hostmaster', 'first\\.last', 'a\\.b\\.c'), nameArbitrary)
      .map((parts) => parts.join('.')),
    serial: uint32,
    refreshS: uint32,
    retryS: uint32,
    expireS: uint32,
    minimumS: uint32,
  }),
  fc.record({
    type: fc.constant('MX' as const),
    preference: uint16,
    exchange: fc.oneof(nameArbitrary, fc.constant('.')),
  }),
  fc.record({
    type: fc.constant('TXT' as const),
    strings: fc.array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('SRV' as const),
    priority: uint16,
    weight: uint16,
    port: uint16,
    target: nameArbitrary,
  }),
  fc.record({
    type: fc.constant('CAA' as const),
    flags: fc.constantFrom(0, 128),
    tag: fc.constantFrom('issue', 'issuewild', 'iodef', 'contactemail'),
    value: fc.string({ maxLength: 60 }),
  }),
  fc.record({
    type: fc.constant('TLSA' as const),
    usage: uint8,
    selector: uint8,
    matchingType: uint8,
    certificate: bytes,
  }),
  fc.record({
    type: fc.constant('DS' as const),
    keyTag: uint16,
    algorithm: uint8,
    digestType: uint8,
    digest: bytes,
  }),
  fc.record({
    type: fc.constant('generic' as const),
    typeCode: fc.integer({ min: 65280, max: 65534 }),
    bytes: fc.uint8Array({ maxLength: 80 }),
  }),
);
