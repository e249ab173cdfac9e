// Names: normalisation, limits, and the relative form of zones.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  InvalidNameError,
  isHostname,
  isName,
  isWithin,
  parentName,
  toAbsolute,
  toDisplayName,
  toFqdn,
  toHost,
  toName,
} from './names.ts';
import { nameArbitrary } from './testing.ts';

describe('toName', () => {
  test.each([
    ['Example.COM.', 'example.com'],
    [' _DMARC.example.com ', '_dmarc.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER。example', 'xn--bcher-kva.example'],
    ['straße.de', 'xn--strae-oqa.de'],
    ['1.2', '1.2'],
    ['*.example.com', '*.example.com'],
    ['0/25.2.0.192.in-addr.arpa', '0/25.2.0.192.in-addr.arpa'],
    ['.', '.'],
  ])('%s becomes %s', (text, name) => {
    expect(toName(text)).toBe(name);
  });

  test.each([
    ['', 'RFC 1035 §2.3.1'],
    ['a..b', 'RFC 1035 §2.3.1'],
    ['.example.com', 'RFC 1035 §2.3.1'],
    ['a b.example', 'RFC 1035 §2.3.1'],
    ['a\\.b.example', 'RFC 1035 §2.3.1'],
    ['http://example.com', 'RFC 1035 §2.3.1'],
    [`${'a'.repeat(64)}.example`, 'RFC 1035 §2.3.4'],
    [`${'ü'.repeat(60)}.example`, 'RFC 1035 §2.3.4'],
    [`${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(62)}`, 'RFC 1035 §2.3.4'],
    ['a.*.example', 'RFC 4592 §2.1.1'],
    ['a*.example', 'RFC 4592 §2.1.1'],
    ['*', 'RFC 4592 §2.1.1'],
    ['０ｘ７ｆ.example', 'RFC 5891 §4'],
  ])('%j is refused, citing %s', (text, rule) => {
    expect(() => toName(text)).toThrow(expect.objectContaining({ name: 'InvalidNameError', rule }));
    expect(isName(text)).toBe(false);
  });

  test('a name of exactly 255 bytes on the wire is allowed', () => {
    const longest = `${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(61)}`;
    expect(longest).toHaveLength(253);
    expect(toName(longest)).toBe(longest);
  });

  test('normalising twice changes nothing', () => {
    fc.assert(
      fc.property(nameArbitrary, (name) => {
        expect(toName(toName(name))).toBe(toName(name));
      }),
    );
  });

  test('any text gives a name or an InvalidNameError, nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          toName(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidNameError);
        }
      }),
    );
  });
});

test('a name inside a zone survives the way to its host form and back', () => {
  fc.assert(
    fc.property(nameArbitrary, nameArbitrary, (host, zone) => {
      const name = `${host}.${zone}`;
      expect(toFqdn(toHost(name, zone), zone)).toBe(name);
    }),
  );
});

test.each([
  ['@', 'example.com'],
  ['', 'example.com'],
  ['www', 'www.example.com'],
  ['WWW.example.com', 'www.example.com'],
  ['www.example.com.', 'www.example.com'],
  ['example.com', 'example.com'],
  ['notexample.com', 'notexample.com.example.com'],
])('the host %j of example.com is %s', (host, name) => {
  expect(toFqdn(host, 'example.com')).toBe(name);
});

test('an absolute host outside the zone is refused', () => {
  expect(() => toFqdn('www.example.net.', 'example.com')).toThrow(InvalidNameError);
});

test('the apex is written @', () => {
  expect(toHost('example.com', 'example.com')).toBe('@');
  expect(toHost('a.b.example.com', 'example.com')).toBe('a.b');
});

test('a name is within a zone by whole labels only', () => {
  expect(isWithin('a.example.com', 'example.com')).toBe(true);
  expect(isWithin('example.com', 'example.com')).toBe(true);
  expect(isWithin('notexample.com', 'example.com')).toBe(false);
  expect(isWithin('example.com', '.')).toBe(true);
});

test('parents lead up to the root and end there', () => {
  expect(parentName('a.example')).toBe('example');
  expect(parentName('example')).toBe('.');
  expect(parentName('.')).toBeUndefined();
});

test('only letters, digits and inner hyphens name a host', () => {
  expect(isHostname('mail-1.example.com')).toBe(true);
  expect(isHostname('_dmarc.example.com')).toBe(false);
  expect(isHostname('-a.example.com')).toBe(false);
});

test('the absolute form ends with a dot, the display form is Unicode', () => {
  expect(toAbsolute('example.com')).toBe('example.com.');
  expect(toAbsolute('.')).toBe('.');
  expect(toDisplayName('xn--bcher-kva.example')).toBe('bücher.example');
});
