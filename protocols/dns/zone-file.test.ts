// Zone files: read as other programs write them, written as they read them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRdata } from './presentation.ts';
import type { ZoneRecord } from './rdata.ts';
import { typeName } from './record-types.ts';
import { nameArbitrary, recordDataArbitrary } from './testing.ts';
import { typeCodeOf } from './wire.ts';
import { readZoneFile, writeZoneFile } from './zone-file.ts';

/** What was read, as `line name ttl type data`, refusals as `line! reason (rule)`. */
const read = (text: string, origin = 'example.com'): string[] =>
  readZoneFile(text, origin).map((line) =>
    'record' in line
      ? `${line.line} ${line.record.name} ${line.record.ttlS} ${line.record.type} ${line.record.data}`
      : `${line.line}! ${line.reason} (${line.rule})`,
  );

test('the example of RFC 1035 §5.3 is read as it is meant', () => {
  const text = [
    '@   IN  SOA     VENERA      Action\\.domains (',
    '                                 20     ; SERIAL',
    '                                 7200   ; REFRESH',
    '                                 600    ; RETRY',
    '                                 3600000; EXPIRE',
    '                                 60)    ; MINIMUM',
    '',
    '        NS      A.ISI.EDU.',
    '        NS      VENERA',
    '        MX      10      VENERA',
    '        MX      20      VAXA',
    '',
    'A       A       26.3.0.103',
    '',
    'VENERA  A       10.1.0.52',
    '        A       128.9.0.32',
  ].join('\n');
  expect(read(text, 'isi.edu')).toEqual([
    '1 isi.edu 3600 SOA venera.isi.edu. Action\\.domains.isi.edu. 20 7200 600 3600000 60',
    '8 isi.edu 3600 NS a.isi.edu.',
    '9 isi.edu 3600 NS venera.isi.edu.',
    '10 isi.edu 3600 MX 10 venera.isi.edu.',
    '11 isi.edu 3600 MX 20 vaxa.isi.edu.',
    '13 a.isi.edu 3600 A 26.3.0.103',
    '15 venera.isi.edu 3600 A 10.1.0.52',
    '16 venera.isi.edu 3600 A 128.9.0.32',
  ]);
});

describe('what the format allows', () => {
  test.each<[what: string, text: string, expected: string[]]>([
    [
      '$ORIGIN moves what is relative, and may itself be relative',
      '$ORIGIN sub\nwww A 192.0.2.1\n$ORIGIN example.net.\nwww A 192.0.2.2\n@ A 192.0.2.3',
      [
        '2 www.sub.example.com 3600 A 192.0.2.1',
        '4 www.example.net 3600 A 192.0.2.2',
        '5 example.net 3600 A 192.0.2.3',
      ],
    ],
    [
      '$TTL is the default from where it stands',
      '$TTL 60\na A 192.0.2.1\n$TTL 1h30m\nb A 192.0.2.2\nc 5 A 192.0.2.3\nd A 192.0.2.4',
      [
        '2 a.example.com 60 A 192.0.2.1',
        '4 b.example.com 5400 A 192.0.2.2',
        '5 c.example.com 5 A 192.0.2.3',
        '6 d.example.com 5400 A 192.0.2.4',
      ],
    ],
    [
      'without $TTL the last one stated counts',
      'a 300 A 192.0.2.1\nb A 192.0.2.2',
      ['1 a.example.com 300 A 192.0.2.1', '2 b.example.com 300 A 192.0.2.2'],
    ],
    [
      'TTL and class in either order',
      'a 60 IN A 192.0.2.1\na IN 60 A 192.0.2.2\na in a 192.0.2.3\na 2d CLASS1 A 192.0.2.4',
      [
        '1 a.example.com 60 A 192.0.2.1',
        '2 a.example.com 60 A 192.0.2.2',
        '3 a.example.com 60 A 192.0.2.3',
        '4 a.example.com 172800 A 192.0.2.4',
      ],
    ],
    [
      'owners that look like something else',
      'in A 192.0.2.1\n60 A 192.0.2.2\nmx MX 10 @\n*.w CNAME w',
      [
        '1 in.example.com 3600 A 192.0.2.1',
        '2 60.example.com 3600 A 192.0.2.2',
        '3 mx.example.com 3600 MX 10 example.com.',
        '4 *.w.example.com 3600 CNAME w.example.com.',
      ],
    ],
    [
      'parentheses, comments and quotes',
      'a TXT ( "one;" ; the first\n  "t(w)o" ) ; done\n; nothing\n\n \t \nb TXT one\\;two "a \\"b\\""',
      ['1 a.example.com 3600 TXT "one;" "t(w)o"', '6 b.example.com 3600 TXT "one;two" "a \\"b\\""'],
    ],
    [
      'unknown types and known ones in generic form',
      'a TYPE65280 \\# 4 0A00 0001\na A \\# 4 C0000201\na HTTPS \\# 3 000100\na TYPE1 192.0.2.2',
      [
        '1 a.example.com 3600 TYPE65280 \\# 4 0A000001',
        '2 a.example.com 3600 A 192.0.2.1',
        '3 a.example.com 3600 HTTPS \\# 3 000100',
        '4 a.example.com 3600 A 192.0.2.2',
      ],
    ],
    [
      'line ends of every system, and a byte order mark',
      '\ufeffa A 192.0.2.1\r\nb A 192.0.2.2\rc A 192.0.2.3',
      [
        '1 a.example.com 3600 A 192.0.2.1',
        '2 b.example.com 3600 A 192.0.2.2',
        '3 c.example.com 3600 A 192.0.2.3',
      ],
    ],
    [
      'the root as origin',
      '$ORIGIN .\nexample.com MX 10 mail.example.net',
      ['2 example.com 3600 MX 10 mail.example.net.'],
    ],
    [
      'relative and absolute names in the data',
      'a SRV 0 1 443 host\nb SRV 0 1 443 host.example.net.\nc NS @\nd MX 0 .',
      [
        '1 a.example.com 3600 SRV 0 1 443 host.example.com.',
        '2 b.example.com 3600 SRV 0 1 443 host.example.net.',
        '3 c.example.com 3600 NS example.com.',
        '4 d.example.com 3600 MX 0 .',
      ],
    ],
  ])('%s', (_what, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('what it does not', () => {
  test.each<[text: string, expected: string]>([
    [' A 192.0.2.1', '1! there is no owner name, here or on a line before (RFC 1035 §5.1)'],
    ['a A 192.0.2.300', '1! "192.0.2.300" is not an IPv4 address (RFC 1035 §3.4.1)'],
    ['a', '1! there is no record type (RFC 1035 §5.1)'],
    ['a 60 IN', '1! there is no record type (RFC 1035 §5.1)'],
    ['a NOPE x', '1! NOPE is not a record type (RFC 3597 §5)'],
    ['a CH TXT x', '1! the class is CH; zones of the internet are of class IN (RFC 1035 §5.2)'],
    ['a 60 60 A 192.0.2.1', '1! 60 is not a record type (RFC 3597 §5)'],
    ['a 4294967295 A 192.0.2.1', '1! the TTL 4294967295 is more than 2147483647 s (RFC 2181 §8)'],
    ['a..b A 192.0.2.1', '1! "a..b.example.com" has an empty label (RFC 1035 §2.3.1)'],
    ['a TXT "open', '1! a quoted string is not closed on its line (RFC 1035 §5.1)'],
    ['a TXT ( "x"', '1! a parenthesis is not closed (RFC 1035 §5.1)'],
    ['a TXT x )', '1! a parenthesis is closed that was not opened (RFC 1035 §5.1)'],
    ['$TTL soon', '1! "soon" is not a TTL (RFC 2308 §4)'],
    ['$ORIGIN', '1! $ORIGIN takes one name (RFC 1035 §5.1)'],
    ['$ORIGIN a b', '1! $ORIGIN takes one name (RFC 1035 §5.1)'],
    [
      '$INCLUDE /etc/passwd',
      '1! $INCLUDE is not read here: put its records into the file itself (RFC 1035 §5.1)',
    ],
    ['a AXFR x', '1! AXFR exists in messages only, not in zones (RFC 6895 §3.1)'],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  test('a mistake costs its own entry and no other', () => {
    expect(read('a A nope\n A 192.0.2.1\n! A 192.0.2.2\n A 192.0.2.3\nb TXT "open\nc A 192.0.2.4')).toEqual([
      '1! "nope" is not an IPv4 address (RFC 1035 §3.4.1)',
      '2 a.example.com 3600 A 192.0.2.1',
      '3! "!.example.com" has a character a name cannot hold (RFC 1035 §2.3.1)',
      '4! there is no owner name, here or on a line before (RFC 1035 §5.1)',
      '5! a quoted string is not closed on its line (RFC 1035 §5.1)',
      '6 c.example.com 3600 A 192.0.2.4',
    ]);
  });

  test('no text makes the reader throw', () => {
    const word = fc.constantFrom(
      'a',
      '@',
      '$TTL',
      '$ORIGIN',
      'IN',
      '60',
      'TXT',
      'MX',
      '"',
      '\\',
      '(',
      ')',
      ';',
    );
    const glue = fc.constantFrom(' ', '\n', '\t', '');
    const text = fc
      .array(fc.tuple(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 4 })), glue), { maxLength: 40 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, (file) => {
        for (const line of readZoneFile(file, 'example.com')) expect(line.line).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

test('any records survive being written and read', () => {
  const record: fc.Arbitrary<ZoneRecord> = fc.record({
    name: fc.oneof(
      fc.constantFrom('zone.example', '*.zone.example', 'a.zone.example.net'),
      nameArbitrary.map((name) => `${name.slice(0, 150).replace(/\.$/, '')}.zone.example`),
    ),
    ttlS: fc.oneof(fc.constant(3600), fc.integer({ min: 0, max: 2_147_483_647 })),
    type: fc.constant(''),
    data: fc.constant(''),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(record, recordDataArbitrary), { maxLength: 12 }), (parts) => {
      const records = parts.map(([owner, data]) => ({
        ...owner,
        type: typeName(typeCodeOf(data)),
        data: formatRdata(data),
      }));
      const text = writeZoneFile('zone.example', records, ['for people']);
      const again = readZoneFile(text, 'elsewhere.example');
      expect(again.map((line) => ('record' in line ? line.record : line))).toEqual(records);
    }),
    { numRuns: 300 },
  );
});

test('a written file names its origin, says the usual TTL once, and ends with a line end', () => {
  const records: ZoneRecord[] = [
    { name: 'example.com', type: 'A', ttlS: 60, data: '192.0.2.1' },
    { name: 'www.example.com', type: 'CNAME', ttlS: 60, data: 'example.com.' },
    { name: 'example.com', type: 'TXT', ttlS: 5, data: '"x"' },
  ];
  expect(writeZoneFile('example.com', records, ['one\nline'])).toBe(
    '; one line\n$ORIGIN example.com.\n$TTL 60\n@\tIN\tA\t192.0.2.1\nwww\tIN\tCNAME\texample.com.\n@\t5\tIN\tTXT\t"x"\n',
  );
});
