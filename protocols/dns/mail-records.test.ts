// The mail records of a domain.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { joinText } from './character-strings.ts';
import { dkimText, dmarcText, mailRecords, spfText } from './mail-records.ts';
import { parseRdata } from './presentation.ts';
import { findZoneConflicts } from './zone-conflicts.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const ed25519 = generateKeyPairSync('ed25519').publicKey;
const rsaDer = rsa.export({ type: 'spki', format: 'der' });
const ed25519Der = ed25519.export({ type: 'spki', format: 'der' });

const records = mailRecords({
  domain: 'Example.com',
  mailHost: 'mail.host.net',
  dkim: [
    { selector: 's1', algorithm: 'rsa-sha256', publicKeyDer: rsaDer },
    { selector: 's2', algorithm: 'ed25519-sha256', publicKeyDer: ed25519Der.toString('base64') },
  ],
  dmarc: { policy: 'none', rua: ['dmarc@example.com'] },
});

const text = (data: string) => {
  const parsed = parseRdata('TXT', data);
  if (parsed.type !== 'TXT') throw new TypeError('not TXT');
  return joinText(parsed.strings);
};

test('every record is there once, with its purpose', () => {
  expect(records.map(({ purpose, name, type }) => `${purpose} ${name} ${type}`)).toEqual([
    'mx example.com MX',
    'spf example.com TXT',
    'dkim s1._domainkey.example.com TXT',
    'dkim s2._domainkey.example.com TXT',
    'dmarc _dmarc.example.com TXT',
    'autoconfig autoconfig.example.com CNAME',
    'autodiscover autodiscover.example.com CNAME',
    'autodiscover _autodiscover._tcp.example.com SRV',
    'imaps _imaps._tcp.example.com SRV',
    'submissions _submissions._tcp.example.com SRV',
    'submission _submission._tcp.example.com SRV',
  ]);
});

test('the records make a zone without conflicts', () => {
  expect(findZoneConflicts('example.com', records)).toEqual([]);
});

test('clients are told the ports of the installation, implicit TLS first', () => {
  const told = mailRecords({
    domain: 'example.com',
    mailHost: 'mail.host.net',
    dkim: [],
    dmarc: { policy: 'reject' },
    imapsPort: 2993,
    submissionsPort: 2465,
    submissionPort: 2587,
  });
  const services = told.filter(({ type, purpose }) => type === 'SRV' && purpose !== 'autodiscover');
  expect(services.map(({ data }) => data)).toEqual([
    '0 1 2993 mail.host.net.',
    '0 1 2465 mail.host.net.',
    '10 1 2587 mail.host.net.',
  ]);
});

test('an RSA key too long for one string is published whole', () => {
  const { data } = records.find(({ name }) => name.startsWith('s1.'))!;
  const published = /p=(.*)$/.exec(text(data))![1]!;
  const key = createPublicKey({ key: Buffer.from(published, 'base64'), type: 'spki', format: 'der' });
  expect(key.equals(rsa)).toBe(true);
});

test('an Ed25519 key is published as its 32 bytes alone', () => {
  const { data } = records.find(({ name }) => name.startsWith('s2.'))!;
  expect(text(data)).toMatch(/^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/);
  const published = Buffer.from(/p=(.*)$/.exec(text(data))![1]!, 'base64');
  const { x } = ed25519.export({ format: 'jwk' });
  expect(published.toString('base64url')).toBe(x);
});

test('a key of another algorithm is refused', () => {
  const wrong = /not a public key/;
  expect(() => dkimText({ selector: 's', algorithm: 'rsa-sha256', publicKeyDer: ed25519Der })).toThrow(wrong);
  expect(() => dkimText({ selector: 's', algorithm: 'ed25519-sha256', publicKeyDer: rsaDer })).toThrow(wrong);
  expect(() => dkimText({ selector: 's', algorithm: 'rsa-sha256', publicKeyDer: '' })).toThrow(wrong);
});

test('SPF lists every sender and ends with the word on all others', () => {
  expect(spfText({})).toBe('v=spf1 mx ~all');
  expect(
    spfText({
      mx: false,
      ip4: ['192.0.2.0/24'],
      ip6: ['2001:db8::/32'],
      include: ['A.example'],
      others: 'fail',
    }),
  ).toBe('v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:a.example -all');
});

test('SPF beyond ten look-ups is refused', () => {
  const include = Array.from({ length: 10 }, (_, index) => `s${index}.example`);
  expect(spfText({ include, mx: false })).toContain('include:s9.example');
  expect(() => spfText({ include })).toThrow(RangeError);
});

test('DMARC starts with its version and policy and escapes what separates report addresses', () => {
  expect(dmarcText({ policy: 'reject' })).toBe('v=DMARC1; p=reject');
  expect(
    dmarcText({ policy: 'none', subdomainPolicy: 'quarantine', rua: ['a@example.com', 'b!c,d@example.com'] }),
  ).toBe('v=DMARC1; p=none; sp=quarantine; rua=mailto:a@example.com,mailto:b%21c%2Cd@example.com');
});
