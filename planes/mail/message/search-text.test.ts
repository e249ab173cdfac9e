// The quick look that spares a search reading every message must never say no where reading would have said yes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMime } from './mime-tree.ts';
import {
  foldForSearch,
  plainGlance,
  searchableBodies,
  searchableHeader,
  searchablePartHeaders,
} from './search-text.ts';

const textsOf = (raw: Buffer): string[] => {
  const root = parseMime(raw);
  return [
    searchableHeader(raw, root.header),
    ...searchableBodies(raw, root),
    ...searchablePartHeaders(raw, root),
  ];
};

const words = fc.array(
  fc.constantFrom(
    'Hello',
    'kIk',
    '\u0130stanbul',
    '\u212a',
    '\u037e',
    'Gru\u0308\u00dfe',
    'a=b',
    '; x',
    '=41',
    '\r\n',
    ' ',
    '_',
  ),
  { maxLength: 12 },
);
const encoders = {
  '8bit': (text: string) => Buffer.from(text).toString('latin1'),
  base64: (text: string) => Buffer.from(text).toString('base64'),
  'quoted-printable': (text: string) =>
    [...Buffer.from(text)]
      .map(
        (octet, place) =>
          `=${octet.toString(16).toUpperCase().padStart(2, '0')}${place % 9 === 8 ? '=\r\n' : ''}`,
      )
      .join(''),
};
const messages = fc
  .record({
    subject: words,
    body: words,
    encoding: fc.constantFrom(...(Object.keys(encoders) as (keyof typeof encoders)[])),
    charset: fc.constantFrom('utf-8', 'UTF-8', 'iso-8859-1', 'iso-2022-jp', 'utf-16', 'utf-7'),
    encodeSubject: fc.boolean(),
  })
  .map(({ subject, body, encoding, charset, encodeSubject }) => {
    const plain = subject.join('').replace(/[\r\n]+/g, '\r\n ');
    const shown = encodeSubject ? `=?utf-8?B?${Buffer.from(plain).toString('base64')}?=` : plain;
    const head = `Subject: ${Buffer.from(shown).toString('latin1')}\r\nContent-Type: text/plain; charset="${charset}"`;
    const text = encoders[encoding](body.join(''));
    return Buffer.from(`${head}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}\r\n`, 'latin1');
  });

it('a quick look lets everything through that a message has', () => {
  fc.assert(
    fc.property(messages, fc.nat(), fc.integer({ min: 1, max: 12 }), (raw, at, length) => {
      const mayHold = plainGlance(raw);
      for (const text of textsOf(raw)) {
        const start = text.length === 0 ? 0 : at % text.length;
        expect(mayHold(foldForSearch(text.slice(start, start + length)))).toBe(true);
        expect(mayHold(text)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

it('a quick look says no where none of the letters are', () => {
  const plain = Buffer.from('Subject: Hello\r\n\r\nworld\r\n');
  expect(plainGlance(plain)('hello world')).toBe(true);
  expect(plainGlance(plain)('absent')).toBe(false);
  const quoted = Buffer.from('Content-Transfer-Encoding: quoted-printable\r\n\r\nwor=\r\nld=21\r\n');
  expect(plainGlance(quoted)('world!')).toBe(true);
  expect(plainGlance(quoted)('absent')).toBe(false);
});
