// Record data: presentation format, wire format, and the way between them.
import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatText, joinText, splitText } from './character-strings.ts';
import { formatRdata, parseRdata } from './presentation.ts';
import { InvalidRdataError, type RecordData } from './rdata.ts';
import { fromFields, toFields } from './record-fields.ts';
import { isMetaType, typeCode, typeName } from './record-types.ts';
import { recordDataArbitrary } from './testing.ts';
import { decodeRdata, encodeRdata, fromWire, toWire, typeCodeOf } from './wire.ts';

const typeOf = (data: RecordData) => typeName(typeCodeOf(data));

describe('any record data', () => {
  test('survives presentation → wire → dns-packet → presentation', () => {
    fc.assert(
      fc.property(recordDataArbitrary, (data) => {
        const type = typeOf(data);
        const text = formatRdata(data);
        const parsed = parseRdata(type, text);
        const packet = dnsPacket.encode({
          type: 'response',
          answers: [
            {
              name: 'x.example',
              type: type.replace(/^TYPE/, 'UNKNOWN_'),
              ttl: 60,
              data: toWire(parsed),
            } as never,
          ],
        });
        const answer = dnsPacket.decode(packet).answers![0] as unknown as { type: string; data: unknown };
        expect(formatRdata(fromWire(answer.type, answer.data))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('survives wire → structured → wire byte by byte', () => {
    fc.assert(
      fc.property(recordDataArbitrary, (data) => {
        const bytes = encodeRdata(data);
        expect(encodeRdata(decodeRdata(typeCodeOf(data), bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  test('may be written in the generic form', () => {
    fc.assert(
      fc.property(recordDataArbitrary, (data) => {
        const bytes = encodeRdata(data);
        const parsed = parseRdata(typeOf(data), `\\# ${bytes.length} ${bytes.toString('hex')}`);
        expect(formatRdata(parsed)).toBe(formatRdata(data));
      }),
      { numRuns: 300 },
    );
  });
});

test('bytes that are no record data give an InvalidRdataError, nothing else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 52, 257),
      fc.uint8Array({ maxLength: 40 }),
      (code, bytes) => {
        try {
          decodeRdata(code, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRdataError);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test('a text that is no record data gives an InvalidRdataError, nothing else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('A', 'AAAA', 'CNAME', 'SOA', 'MX', 'TXT', 'SRV', 'CAA', 'TLSA', 'DS', 'HTTPS', 'NOPE'),
      fc.string({ unit: 'binary' }),
      (type, text) => {
        try {
          parseRdata(type, text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRdataError);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['A', '192.0.2.1', '192.0.2.1'],
  ['aaaa', '2001:DB8:0:0::1', '2001:db8::1'],
  ['MX', '10 Mail.Example.COM', '10 mail.example.com.'],
  ['MX', '0 .', '0 .'],
  ['TXT', 'one two', '"one" "two"'],
  ['TXT', '"a \\"b\\" \\\\ \\195\\188"', '"a \\"b\\" \\\\ \\195\\188"'],
  ['TXT', '"ü"', '"\\195\\188"'],
  ['TXT', '""', '""'],
  ['SRV', '0 1 443 a.example', '0 1 443 a.example.'],
  ['CAA', '0 ISSUE "letsencrypt.org"', '0 issue "letsencrypt.org"'],
  ['CAA', '128 issue ";"', '128 issue ";"'],
  ['TLSA', '3 1 1 abCD ef', '3 1 1 ABCDEF'],
  ['DS', '12345 13 2 00ff', '12345 13 2 00FF'],
  [
    'SOA',
    'ns1.a.example first\\.last.a.example 1 2 3 4 5',
    'ns1.a.example. first\\.last.a.example. 1 2 3 4 5',
  ],
  ['TYPE1', '192.0.2.1', '192.0.2.1'],
  ['HTTPS', '\\# 3 000100', '\\# 3 000100'],
  ['TYPE65280', '\\# 0', '\\# 0'],
])('%s %s is read and written %s', (type, text, canonical) => {
  expect(formatRdata(parseRdata(type, text))).toBe(canonical);
});

test.each([
  ['A', '192.0.2.256', 'RFC 1035 §3.4.1'],
  ['A', '192.0.2.01', 'RFC 1035 §3.4.1'],
  ['A', '', 'RFC 1035 §5.1'],
  ['A', '192.0.2.1 192.0.2.2', 'RFC 1035 §5.1'],
  ['AAAA', 'fe80::1%eth0', 'RFC 3596 §2.2'],
  ['MX', '65536 mail.example', 'RFC 1035 §5.1'],
  ['MX', 'mail.example', 'RFC 1035 §5.1'],
  ['MX', '10 mail..example', 'RFC 1035 §2.3.1'],
  ['TXT', '"open', 'RFC 1035 §5.1'],
  ['TXT', 'v=DMARC1; p=none', 'RFC 1035 §5.1'],
  ['TXT', '"\\256"', 'RFC 1035 §5.1'],
  ['TXT', `"${'a'.repeat(256)}"`, 'RFC 1035 §3.3'],
  ['CAA', '0 is-sue "x"', 'RFC 8659 §4.1'],
  ['TLSA', '3 1 1 abc', 'RFC 4034 §5.3'],
  ['SOA', 'ns1.example nodomain 1 2 3 4 5', 'RFC 1035 §8'],
  ['A', '\\# 3 c00002', 'RFC 3597 §5'],
  ['A', '\\# 5 c000020100', 'RFC 3597 §5'],
  ['TYPE65280', '\\# 2 00', 'RFC 3597 §5'],
  ['TYPE65280', 'text', 'RFC 3597 §5'],
  ['TYPE65536', '\\# 0', 'RFC 3597 §5'],
  ['AXFR', '\\# 0', 'RFC 6895 §3.1'],
  ['OPT', '\\# 0', 'RFC 6895 §3.1'],
])('%s %s is refused, citing %s', (type, text, rule) => {
  expect(() => parseRdata(type, text)).toThrow(expect.objectContaining({ name: 'InvalidRdataError', rule }));
});

test('a text of any length is cut into strings of at most 255 bytes that join to itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 900 }), (text) => {
      const strings = splitText(text);
      expect(strings.length).toBeGreaterThan(0);
      for (const string of strings) expect(string.length).toBeLessThanOrEqual(255);
      expect(joinText(strings)).toBe(text);
      const parsed = parseRdata('TXT', formatText(text));
      expect(parsed.type === 'TXT' && joinText(parsed.strings)).toBe(text);
    }),
  );
});

test('type names and numbers match, unknown ones as TYPE<n>', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), (code) => {
      expect(typeCode(typeName(code))).toBe(code);
    }),
  );
  expect(typeCode('nope')).toBeUndefined();
  expect(typeCode('constructor')).toBeUndefined();
  expect(isMetaType(typeCode('ANY')!)).toBe(true);
  expect(isMetaType(typeCode('CAA')!)).toBe(false);
});

describe('fields people enter', () => {
  test.each([
    ['TXT', { value: 'v=spf1 include:a.example; ~all' }, '"v=spf1 include:a.example; ~all"'],
    ['TXT', { value: '"two" "strings"' }, '"two" "strings"'],
    ['TXT', { value: '"half' }, '"\\"half"'],
    ['MX', { value: 'mail.example.com', priority: 5 }, '5 mail.example.com.'],
    ['MX', { value: '5 mail.example.com' }, '5 mail.example.com.'],
    ['SRV', { value: '1 443 a.example', priority: 0 }, '0 1 443 a.example.'],
    ['A', { value: ' 192.0.2.1 ' }, '192.0.2.1'],
  ])('%s %o is %s', (type, fields, text) => {
    expect(formatRdata(fromFields(type, fields))).toBe(text);
  });

  test('what is shown can be entered again, and is then the very same data', () => {
    fc.assert(
      fc.property(recordDataArbitrary, (data) => {
        const shown = toFields(data);
        expect(shown.value).not.toContain('\0');
        expect(encodeRdata(fromFields(typeOf(data), shown))).toEqual(encodeRdata(data));
      }),
      { numRuns: 500 },
    );
  });

  test('a text is shown plain where that says the same, and quoted where it does not', () => {
    const shown = (text: string) => toFields(parseRdata('TXT', text)).value;
    expect(shown('"v=spf1 mx ~all"')).toBe('v=spf1 mx ~all');
    expect(shown(formatText('a'.repeat(600)))).toBe('a'.repeat(600));
    expect(shown('"two" "strings"')).toBe('"two" "strings"');
    expect(shown('"\\"quoted\\""')).toBe('"\\"quoted\\""');
    expect(shown('"\\255"')).toBe('"\\255"');
  });
});
