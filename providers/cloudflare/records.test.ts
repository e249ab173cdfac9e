// Records come back from Cloudflare's form as they went in.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatText } from '../../protocols/dns/character-strings.ts';
import { fromWire, idOf, markOf, toWire } from './records.ts';

const name = fc.constantFrom('northpeak.example', 'www.northpeak.example', '_sip._tcp.northpeak.example');
const target = fc.constantFrom('mail.northpeak.example.', 'a.b.c.example.');
const number = (most: number) => fc.integer({ min: 0, max: most });
const bytes = (min: number) =>
  fc
    .uint8Array({ minLength: min, maxLength: min })
    .map((some) => Buffer.from(some).toString('hex').toUpperCase());
const data = fc.oneof(
  fc.ipV4().map((address) => ['A', address]),
  target.map((host) => ['CNAME', host]),
  target.map((host) => ['NS', host]),
  fc.tuple(number(65_535), target).map(([preference, host]) => ['MX', `${preference} ${host}`]),
  fc.string({ unit: 'grapheme', maxLength: 600 }).map((text) => ['TXT', formatText(text)]),
  fc
    .tuple(number(65_535), number(65_535), number(65_535), target)
    .map(([priority, weight, port, host]) => ['SRV', `${priority} ${weight} ${port} ${host}`]),
  fc.constantFrom(['CAA', '0 issue "letsencrypt.org"'], ['CAA', '128 iodef "mailto:sec@northpeak.example"']),
  bytes(32).map((digest) => ['DS', `12345 13 2 ${digest}`]),
  bytes(32).map((digest) => ['TLSA', `3 1 1 ${digest}`]),
);

test('any record of a type that Cloudflare takes survives the way there and back', () => {
  fc.assert(
    fc.property(name, data, fc.integer({ min: 60, max: 86_400 }), (owner, [type, text], ttlS) => {
      const record = { id: 'r1', name: owner, type: type!, ttlS, data: text! };
      const wire = toWire(record);
      const content = wire.content ?? contentGivenBack(wire.type, wire.data!);
      const back = fromWire({ ...wire, id: 'c1', content }, 'r1');
      expect({ ...back, data: back.data.toUpperCase() }).toEqual({
        ...record,
        data: record.data.toUpperCase(),
      });
    }),
  );
});

/** `content` of a record that was made from fields, as Cloudflare writes it. */
const contentGivenBack = (type: string, fields: Record<string, string | number>): string =>
  type === 'SRV' ? `${fields.weight} ${fields.port} ${fields.target}` : Object.values(fields).join(' ');

test('texts that were kept without quotes are read as the text they are', () => {
  const held = { id: 'c1', name: 'northpeak.example', type: 'TXT', ttl: 1, content: 'v=spf1 "quoted" ~all' };
  expect(fromWire(held, 'c1')).toMatchObject({ ttlS: 300, data: '"v=spf1 \\"quoted\\" ~all"' });
});

test('a mark is read by whoever made it and by nobody else, and fits the comment of a free plan', () => {
  const comment = markOf('0f1e2d3c4b5a', crypto.randomUUID());
  expect(comment.length).toBeLessThanOrEqual(100);
  expect(idOf('0f1e2d3c4b5a', { comment })).toHaveLength(36);
  expect(idOf('ffffffffffff', { comment })).toBeNull();
  for (const other of [null, undefined, '', 'inboxkit', 'my inboxkit 0f1e2d3c4b5a x']) {
    expect(idOf('0f1e2d3c4b5a', { comment: other })).toBeNull();
  }
});
