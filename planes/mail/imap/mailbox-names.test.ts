// Mailbox names on the wire, and LIST patterns.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMailboxName,
  encodeMailboxName,
  normalizeMailboxName,
  patternMatcher,
} from './mailbox-names.ts';

describe('modified UTF-7', () => {
  it.each([
    ['~peter/mail/日本語/台北', '~peter/mail/&ZeVnLIqe-/&U,BTFw-'], // RFC 3501 §5.1.3
    ['A&B', 'A&-B'],
    ['Größe & Maß', 'Gr&APYA3w-e &- Ma&AN8-'],
    ['💌', '&2D3cjA-'],
    ['plain', 'plain'],
  ])('writes %s as %s and reads it back', (name, encoded) => {
    expect(encodeMailboxName(name)).toBe(encoded);
    expect(decodeMailboxName(encoded)).toBe(name);
  });

  it('loses nothing of any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        fc.pre(!name.includes('\0') && name.isWellFormed());
        expect(decodeMailboxName(encodeMailboxName(name))).toBe(name);
      }),
    );
  });

  it.each(['a&b', '&', 'a&AOQ', '&A-', '&====-', '&2D0-', '&AAA-', '\xff'])('refuses %j', (wire) => {
    expect(decodeMailboxName(wire)).toBeNull();
  });

  it('lets UTF-8 pass for what it is', () => {
    expect(decodeMailboxName(Buffer.from('Gr\u00f6\u00dfe').toString('latin1'))).toBe('Größe');
  });
});

describe('names in the store', () => {
  it.each([
    ['inbox', 'INBOX'],
    ['Inbox/Sub', 'INBOX/Sub'],
    ['inboxes', 'inboxes'],
    ['a/b/', 'a/b'],
    ['A\u0308', 'Ä'],
    ['', null],
    ['/', null],
    ['/a', null],
    ['a//b', null],
    ['a\nb', null],
    ['x'.repeat(256), null],
    [Array(20).fill('y'.repeat(100)).join('/'), null],
  ])('%j is stored as %j', (name, stored) => {
    expect(normalizeMailboxName(name)).toBe(stored);
  });
});

describe('patterns', () => {
  it('match as a regular expression would', () => {
    const piece = fc.constantFrom('a', 'b', '/', '*', '%', 'INBOX', 'inbox', '.');
    const text = (max: number) => fc.array(piece, { maxLength: max }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text(6), text(6), (pattern, name) => {
        const source = pattern.replace(/[.]/g, '\\.').replaceAll('*', '[^]*').replaceAll('%', '[^/]*');
        const isInbox = /^INBOX(?=$|\/)/.test(name);
        fc.pre(!isInbox);
        expect(patternMatcher(pattern)(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it.each([
    ['inbox', 'INBOX', true],
    ['iNb%', 'INBOX', true],
    ['inbox/x', 'INBOX/x', true],
    ['INBOX/X', 'INBOX/x', false],
    ['inbox', 'inboxes', false],
  ])('%s matches %s: %s', (pattern, name, expected) => {
    expect(patternMatcher(pattern)(name)).toBe(expected);
  });

  it('of many wildcards take time in proportion to their length', () => {
    // Backtracking would not end within the age of the universe.
    expect(patternMatcher(`${'*a'.repeat(400)}b`)('a'.repeat(900))).toBe(false);
  });
});
