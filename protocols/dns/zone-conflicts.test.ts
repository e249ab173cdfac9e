// Findings about sets of records.
import { describe, expect, test } from 'vitest';
import type { ZoneRecord } from './rdata.ts';
import { findZoneConflicts } from './zone-conflicts.ts';

/** Records as lines: owner (relative to example.com, `@` the apex), type, data. */
const zone = (...lines: string[]): ZoneRecord[] =>
  lines.map((line) => {
    const [host, type, ...data] = line.split(' ');
    const name =
      host === '@' ? 'example.com' : host!.endsWith('.') ? host!.slice(0, -1) : `${host}.example.com`;
    return { name, type: type!, ttlS: 3600, data: data.join(' ') };
  });

const conflicts = (...lines: string[]) => findZoneConflicts('example.com', zone(...lines));

test('a usual zone with mail, delegation, wildcard and services has no conflict', () => {
  expect(
    conflicts(
      '@ NS ns1.example.com.',
      '@ NS ns2.other.net.',
      'ns1 A 192.0.2.53',
      '@ A 192.0.2.1',
      '@ AAAA 2001:db8::1',
      '@ MX 10 mail.example.com.',
      'mail A 192.0.2.2',
      '@ TXT "v=spf1 mx ~all"',
      '@ TXT "some-site-verification=1"',
      '_dmarc TXT "v=DMARC1; p=none"',
      's1._domainkey TXT "v=DKIM1; k=rsa; p=AAAA"',
      'www CNAME example.com.',
      '* A 192.0.2.3',
      'sub NS ns.sub.example.com.',
      'ns.sub A 192.0.2.4',
      'sub DS 1 13 2 00FF',
      '_imaps._tcp SRV 0 1 993 mail.example.com.',
      '_pop3s._tcp SRV 0 0 0 .',
      '@ CAA 0 issue "ca.example"',
    ),
  ).toEqual([]);
});

describe('errors', () => {
  test.each<[code: string, rule: string, lines: string[]]>([
    ['outside_zone', 'RFC 1034 §4.2.1', ['www.example.net. A 192.0.2.1']],
    ['invalid_name', 'RFC 1035 §2.3.1', ['a..b A 192.0.2.1']],
    ['invalid_data', 'RFC 1035 §3.4.1', ['www A 192.0.2.300']],
    ['soa_is_generated', 'RFC 1035 §5.2', ['@ SOA a.example. b.example. 1 2 3 4 5']],
    ['dname_unsupported', 'RFC 6672 §2.1', ['old DNAME \\# 1 00']],
    ['duplicate', 'RFC 2181 §5', ['www A 192.0.2.1', 'WWW A 192.0.2.1']],
    ['cname_at_apex', 'RFC 1912 §2.4', ['@ CNAME www.example.net.']],
    ['cname_beside_others', 'RFC 1034 §3.6.2', ['www CNAME a.example.net.', 'www TXT "x"']],
    ['several_cnames', 'RFC 2181 §10.1', ['www CNAME a.example.net.', 'www CNAME b.example.net.']],
    ['target_is_address', 'RFC 1035 §3.3', ['@ MX 10 192.0.2.1.']],
    ['target_is_address', 'RFC 1035 §3.3', ['www CNAME 192.0.2.1']],
    ['target_is_address', 'RFC 1035 §3.3', ['@ MX 10 2001:db8::1']],
    ['target_not_hostname', 'RFC 1123 §2.1', ['@ MX 10 _mail.example.net.']],
    ['target_is_alias', 'RFC 2181 §10.3', ['@ MX 10 mail.example.com.', 'mail CNAME a.example.net.']],
    ['target_without_address', 'RFC 1034 §4.2.1', ['@ NS ns1.example.com.']],
    ['target_without_address', 'RFC 1034 §4.2.1', ['sub NS ns.sub.example.com.']],
    ['several_spf', 'RFC 7208 §4.5', ['@ TXT "v=spf1 -all"', '@ TXT "v=spf1 " "mx -all"']],
    [
      'spf_too_many_lookups',
      'RFC 7208 §4.6.4',
      [`@ TXT "v=spf1 ${'a mx '.repeat(5)}include:x.example -all"`],
    ],
    [
      'spf_too_many_lookups',
      'RFC 7208 §4.6.4',
      ['@ TXT "v=spf1 a mx a: mx: a: include:n.example.com -all"', 'n TXT "v=spf1 a mx a: mx: a: -all"'],
    ],
    ['several_dmarc', 'RFC 7489 §6.6.3', ['_dmarc TXT "v=DMARC1; p=none"', '_dmarc TXT "v=DMARC1;p=reject"']],
    ['several_dkim', 'RFC 6376 §3.6.2.2', ['a._domainkey TXT "p=AA"', 'a._domainkey TXT "p=BB"']],
    ['null_mx_beside_others', 'RFC 7505 §3', ['@ MX 0 .', '@ MX 10 mail.example.net.']],
    ['ns_at_wildcard', 'RFC 4592 §4.2', ['* NS ns.example.net.']],
    ['ds_misplaced', 'RFC 4035 §2.4', ['@ DS 1 13 2 00FF']],
    ['ds_misplaced', 'RFC 4035 §2.4', ['sub DS 1 13 2 00FF']],
  ])('%s, citing %s', (code, rule, lines) => {
    expect(conflicts(...lines)).toEqual([
      expect.objectContaining({ code, rule, severity: 'error', message: expect.stringMatching(/\w/) }),
    ]);
  });

  test('spf_too_many_lookups for each record of a loop, and not for ten look-ups that are shared out', () => {
    const loop = conflicts(
      '@ TXT "v=spf1 include:n.example.com -all"',
      'n TXT "v=spf1 redirect=example.com"',
    );
    expect(loop.map(({ code, name }) => [code, name])).toEqual([
      ['spf_too_many_lookups', 'example.com'],
      ['spf_too_many_lookups', 'n.example.com'],
    ]);
    const shared = [
      '@ TXT "v=spf1 a mx a: mx: include:N.example.com. -all"',
      'n TXT "v=spf1 a mx a: mx: a:"',
    ];
    expect(conflicts(...shared)).toEqual([]);
  });

  test('spf_too_many_lookups soon, where counting to the end would take years', () => {
    const include = (index: number) => `include:n${index + 1}.example.com `.repeat(3);
    const found = conflicts(
      ...Array.from({ length: 60 }, (_, index) => `n${index} TXT "v=spf1 ${include(index)}"`),
    );
    expect(found.filter(({ code }) => code === 'spf_too_many_lookups').length).toBe(59);
  });

  test('cname_loop for each name of the loop, not for names that lead into it', () => {
    const found = conflicts('a CNAME b.example.com.', 'b CNAME a.example.com.', 'c CNAME a.example.com.');
    expect(found.map(({ code, name }) => [code, name])).toEqual([
      ['cname_loop', 'a.example.com'],
      ['cname_loop', 'b.example.com'],
    ]);
  });

  test.each([-1, 1.5, 2_147_483_648, Number.NaN])('bad_ttl for %d', (ttlS) => {
    const found = findZoneConflicts('example.com', [
      { name: 'example.com', type: 'A', ttlS, data: '192.0.2.1' },
    ]);
    expect(found).toEqual([
      expect.objectContaining({ code: 'bad_ttl', severity: 'error', rule: 'RFC 2181 §8' }),
    ]);
  });

  test('rrset_too_large when the records of one name and type do not fit a TCP answer', () => {
    const text = Array.from({ length: 4 }, () => `"${'a'.repeat(250)}"`).join(' ');
    const found = conflicts(...Array.from({ length: 70 }, (_, index) => `big TXT "${index}" ${text}`));
    expect(found).toEqual([expect.objectContaining({ code: 'rrset_too_large', rule: 'RFC 1035 §4.2.2' })]);
  });
});

describe('warnings', () => {
  test('ttl_mismatch when records of one set have different TTLs', () => {
    const [first, second] = zone('www A 192.0.2.1', 'www A 192.0.2.2');
    const found = findZoneConflicts('example.com', [first!, { ...second!, ttlS: 60 }]);
    expect(found).toEqual([expect.objectContaining({ code: 'ttl_mismatch', severity: 'warning' })]);
  });

  test('target_without_address when a mail host inside the zone has no address', () => {
    expect(conflicts('@ MX 10 mail.example.com.')).toEqual([
      expect.objectContaining({
        code: 'target_without_address',
        severity: 'warning',
        rule: 'RFC 2181 §10.3',
      }),
    ]);
  });

  test('below_delegation for records that another server answers for', () => {
    const found = conflicts('sub NS ns.example.net.', 'www.sub TXT "x"', 'sub MX 10 mail.example.net.');
    expect(found.map(({ code, type }) => [code, type])).toEqual([
      ['below_delegation', 'TXT'],
      ['below_delegation', 'MX'],
    ]);
  });
});

test('a mail host below a delegation is not asked for an address here', () => {
  expect(conflicts('sub NS ns.example.net.', '@ MX 10 mail.sub.example.com.')).toEqual([]);
});

test('every conflict is reported at once, unreadable records beside the others', () => {
  const found = conflicts('www A nope', '@ CNAME x.example.net.', '@ TXT "v=spf1 -all"', '@ TXT "v=spf1 mx"');
  expect(found.map(({ code }) => code)).toEqual(['invalid_data', 'cname_at_apex', 'several_spf']);
});
