// What spares a search reading every message, a quick look and the signature, must never say no where reading would have
// said yes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseMime } from './mime-tree.ts';
import { searchSignature, signaturePositions } from './search-signature.ts';
import {
  foldForSearch,
  plainGlance,
  searchableBodies,
  searchableField,
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

const mayHold = (signature: Buffer, text: string): boolean =>
  signaturePositions(text).every((position) => {
    const bit = position & (signature.length * 8 - 1);
    return ((signature[bit >> 3]! >> (bit & 7)) & 1) === 1;
  });

it('a signature lets everything through that a message has, also in a field by itself', () => {
  const odd = fc
    .array(
      fc.constantFrom(
        '=?utf-8?q?a_b?=',
        '=?utf-8?q?',
        'a_b?=',
        'ab',
        '\r\nx-odd: ',
        ' \r\n\t',
        '\r\n ',
        '\xfc',
        '\0',
        'k',
        '\r',
        '  ',
      ),
      {
        maxLength: 9,
      },
    )
    .map((pieces) => Buffer.from(`X-Odd: ${pieces.join('')}\r\nx-odd:y\r\n`, 'latin1'));
  fc.assert(
    fc.property(messages, odd, fc.nat(), fc.integer({ min: 1, max: 12 }), (message, head, at, length) => {
      const raw = Buffer.concat([head, message]);
      const root = parseMime(raw);
      const signature = searchSignature(raw, root);
      // Fields are joined by a line break, which no signature knows of.
      const field = (searchableField(raw, root.header, 'x-odd') ?? '').split('\n');
      for (const text of [...textsOf(raw), ...field]) {
        const start = text.length === 0 ? 0 : at % text.length;
        expect(mayHold(signature, foldForSearch(text.slice(start, start + length)))).toBe(true);
        expect(mayHold(signature, text)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

it('a signature says no for nearly everything that is not there, and grows with the text until it is too much', () => {
  const words = Array.from({ length: 3000 }, (_, index) => `w${(index * 7919).toString(36)}`);
  const of = (body: string) => {
    const raw = Buffer.from(`Subject: x\r\n\r\n${body}\r\n`);
    return searchSignature(raw, parseMime(raw));
  };
  const signature = of(words.slice(0, 500).join(' '));
  expect(words.slice(0, 500).every((word) => mayHold(signature, word))).toBe(true);
  const wrong = words.slice(500).filter((word) => mayHold(signature, ` ${word}x `)).length;
  expect(wrong).toBeLessThan(250);
  expect(of('short')).toHaveLength(32);
  expect(signature.length).toBeGreaterThan(100);
  expect(of(words.join(' ')).length).toBeLessThanOrEqual(4096);
  expect(of('x'.repeat(1024 * 1024))).toHaveLength(0);
});
