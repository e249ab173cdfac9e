// Proves that one address has one spelling and that nothing ambiguous passes for a single author.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { belongsTo, normalizeAddress, normalizePath, parseSingleMailbox, withoutDetail } from './address.ts';

describe('normalizeAddress', () => {
  it.each([
    ['Ann@Example.COM', 'ann@example.com'],
    [' ann@example.com ', 'ann@example.com'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@XN--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    ['JOSÉ@example.com', 'josé@example.com'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['"a b"@example.com', '"a b"@example.com'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['ann@[127.0.0.1]', 'ann@[127.0.0.1]'],
    ['ann@[IPv6:::1]', 'ann@[ipv6:::1]'],
  ])('spells %s as %s', (given, spelled) => {
    expect(normalizeAddress(given)).toBe(spelled);
  });

  it('leaves out quotes that nothing needs', () => {
    expect(normalizeAddress('"Ann"@example.com')).toBe('ann@example.com');
    expect(normalizeAddress('"a\\nn.x"@example.com')).toBe('ann.x@example.com');
    expect(normalizeAddress('"a\\ b"@example.com')).toBe('"a b"@example.com');
    expect(normalizeAddress('"a@b"@example.com')).toBe('"a@b"@example.com');
    expect(normalizeAddress('""@example.com')).toBe('""@example.com');
  });

  it.each([
    '',
    '@example.com',
    'ann@',
    'ann',
    'a b@example.com',
    'ann@exa mple.com',
    'ann@example.com\r\nBcc: eve@example.com',
    'ann\r\n@example.com',
    'ann<eve>@example.com',
    'ann@ex%61mple.com',
    'ann@-example.com',
    'ann@[oops]',
    `${'a'.repeat(250)}@example.com`,
  ])('refuses %j', (given) => {
    expect(normalizeAddress(given)).toBeNull();
  });

  it('changes nothing when applied twice, and never lets a line break or bracket through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.domain(), (localPart, domain) => {
        const once = normalizeAddress(`${localPart}@${domain}`);
        if (once === null) return;
        expect(normalizeAddress(once)).toBe(once);
        if (!once.startsWith('"')) expect(once).not.toMatch(/[\r\n<>\s]/);
      }),
    );
  });
});

describe('normalizePath', () => {
  it('keeps the local part for the host that receives it', () => {
    expect(normalizePath('Ann.Example+X@Bücher.Example')).toEqual({
      address: 'Ann.Example+X@xn--bcher-kva.example',
      domain: 'xn--bcher-kva.example',
    });
    expect(normalizePath('nobody')).toBeNull();
  });
});

describe('sub-addresses', () => {
  it('belong to the address without the detail', () => {
    expect(withoutDetail('ann+news@example.com')).toBe('ann@example.com');
    expect(withoutDetail('ann+a+b@example.com')).toBe('ann@example.com');
    expect(withoutDetail('+ann@example.com')).toBe('+ann@example.com');
    expect(withoutDetail('"a+b"@example.com')).toBe('"a+b"@example.com');
    expect(belongsTo('ann+x@example.com', 'ann@example.com')).toBe(true);
    expect(belongsTo('eve@example.com', 'ann@example.com')).toBe(false);
    expect(belongsTo('ann@example.com', 'ann+x@example.com')).toBe(false);
  });
});

describe('parseSingleMailbox', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['<ann@example.com>', 'ann@example.com'],
    ['Ann Example <Ann@Example.com>', 'ann@example.com'],
    ['"Example, Ann" <ann@example.com>', 'ann@example.com'],
    ['"eve@example.org" <ann@example.com>', 'ann@example.com'],
    ['=?UTF-8?Q?J=C3=B6rg?= <joerg@example.com>', 'joerg@example.com'],
    ['ann@example.com (Ann (the one) Example)', 'ann@example.com'],
    ['(c) Ann <ann@example.com> (c)', 'ann@example.com'],
    ['José <josé@example.com>', 'josé@example.com'],
  ])('reads %j as %s', (value, address) => {
    expect(parseSingleMailbox(value)).toBe(address);
  });

  it.each([
    'ann@example.com, eve@example.org',
    'Ann <ann@example.com>, Eve <eve@example.org>',
    '<eve@example.org> <ann@example.com>',
    '<eve@example.org> ann@example.com',
    'Ann <<ann@example.com>>',
    'Friends: ann@example.com;',
    '<@relay.example:ann@example.com>',
    '"Ann <ann@example.com>',
    'Ann (open <ann@example.com>',
    'Ann <ann@example.com',
    'ann@example.com eve@example.org',
    'Ann',
    '',
    '<>',
  ])('refuses %j', (value) => {
    expect(parseSingleMailbox(value)).toBeNull();
  });
});
