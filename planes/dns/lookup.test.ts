// Look-ups against a second, naive reading of the rules, over many small zones.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRdata } from '../../protocols/dns/presentation.ts';
import { typeName } from '../../protocols/dns/record-types.ts';
import { nameArbitrary, recordDataArbitrary } from '../../protocols/dns/testing.ts';
import { typeCodeOf } from '../../protocols/dns/wire.ts';
import { RCODE, TYPE } from './constants.ts';
import { lookup } from './lookup.ts';
import { responderFor } from './responder.ts';
import { decodeResponse, encodeQuery } from './testing/ask.ts';
import { recordingLog } from './testing/plane.ts';
import { record, tableOf, zoneOf } from './testing/zones.ts';

const APEX = 'example';
const label = fc.constantFrom('a', 'b', 'c');
const owner = fc
  .tuple(fc.boolean(), fc.array(label, { maxLength: 3 }))
  .map(([wild, labels]) => [...(wild ? ['*'] : []), ...labels, APEX].join('.'));
const asked = fc.array(label, { maxLength: 4 }).map((labels) => [...labels, APEX].join('.'));

/** RFC 4592 §2.2.2 and §3.3.1 word by word: every step up is tried, every owner compared. */
function naive(owners: string[], name: string): 'exists' | 'wildcard' | 'missing' {
  const exists = (at: string) =>
    at === APEX || owners.some((other) => other === at || other.endsWith(`.${at}`));
  if (exists(name)) return 'exists';
  let encloser = name;
  while (!exists(encloser)) encloser = encloser.split('.').slice(1).join('.');
  return exists(`*.${encloser}`) ? 'wildcard' : 'missing';
}

test('a name exists, is covered by a wildcard, or is NXDOMAIN, as the standard says', () => {
  fc.assert(
    fc.property(fc.array(owner, { maxLength: 6 }), asked, (owners, name) => {
      const zone = zoneOf(
        APEX,
        [...new Set(owners)].map((at) => record(at, 'A', '192.0.2.1')),
      );
      const answer = lookup(tableOf(zone), name, TYPE.A);
      const expected = naive(owners, name);
      expect(answer.rcode === RCODE.NXDOMAIN).toBe(expected === 'missing');
      if (expected === 'exists') expect(answer.answers.length > 0).toBe(owners.includes(name));
      // Whatever there is no answer for has the SOA, and only that.
      expect(answer.authorities.map(({ set }) => set.type)).toEqual(
        answer.answers.length > 0 ? [] : [TYPE.SOA],
      );
      for (const { owner: at } of answer.answers) expect(at).toBe(name);
    }),
    { numRuns: 2000 },
  );
});

test('any record data goes out as it was published', () => {
  const { log } = recordingLog();
  const data = recordDataArbitrary.filter(({ type }) => type !== 'SOA');
  fc.assert(
    fc.property(nameArbitrary, data, (name, rdata) => {
      const type = typeName(typeCodeOf(rdata));
      // Below the apex NS would be a delegation, at the apex CNAME is not allowed.
      const at = type === 'NS' ? name : `x.${name}`.slice(-253).replace(/^\./, '');
      const zone = zoneOf(type === 'NS' ? at : 'example', [record(at, type, formatRdata(rdata))]);
      const query = encodeQuery({ name: at, type: type.replace(/^TYPE/, 'UNKNOWN_') });
      const response = decodeResponse(responderFor(tableOf(zone), log).responder.respond(query, 'tcp')!);
      expect(response.answers[0]).toBe(
        `${at} 300 ${type.replace(/^TYPE/, 'UNKNOWN_')} ${formatRdata(rdata)}`,
      );
    }),
    { numRuns: 1000 },
  );
});

test('a chain of aliases without end is given up', () => {
  const zone = zoneOf(
    APEX,
    Array.from({ length: 100 }, (_, index) => record(`n${index}.${APEX}`, 'CNAME', `n${index + 1}.${APEX}.`)),
  );
  const answer = lookup(tableOf(zone), `n0.${APEX}`, TYPE.A);
  expect(answer.rcode).toBe(RCODE.NOERROR);
  expect(answer.answers.length).toBe(12);
});
