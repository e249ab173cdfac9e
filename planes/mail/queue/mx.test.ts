// Proves host selection against a real resolver talking to a nameserver of the test.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createResolver, type MailResolver } from '../resolver.ts';
import { type DnsStub, startDnsStub } from '../testing/dns-stub.ts';
import { createAddressGuard, findMailHosts } from './mx.ts';

let dns: DnsStub;
let resolver: MailResolver;

beforeAll(async () => {
  dns = await startDnsStub();
  resolver = createResolver([dns.server]);
  dns.add('plain.example', 'MX', { preference: 20, exchange: 'mx2.plain.example' });
  dns.add('plain.example', 'MX', { preference: 10, exchange: 'MX1.plain.example' });
  dns.add('mx1.plain.example', 'A', '203.0.113.1');
  dns.add('mx1.plain.example', 'AAAA', '2001:db8::1');
  dns.add('mx2.plain.example', 'A', '203.0.113.2');
  dns.add('implicit.example', 'A', '203.0.113.3');
  dns.add('null.example', 'MX', { preference: 0, exchange: '.' });
  dns.add('nowhere.example', 'MX', { preference: 10, exchange: 'gone.nowhere.example' });
  dns.add('loop.example', 'MX', { preference: 10, exchange: 'mail.here.example' });
  dns.add('loop.example', 'MX', { preference: 20, exchange: 'mx2.plain.example' });
  dns.add('backup.example', 'MX', { preference: 10, exchange: 'mx1.plain.example' });
  dns.add('backup.example', 'MX', { preference: 20, exchange: 'mail.here.example' });
  dns.add('inside.example', 'MX', { preference: 10, exchange: 'inside.example' });
  dns.add('inside.example', 'A', '10.1.2.3');
  dns.add('half.example', 'MX', { preference: 10, exchange: 'gone.half.example' });
  dns.add('half.example', 'MX', { preference: 20, exchange: 'mx2.plain.example' });
  dns.add('even.example', 'MX', { preference: 10, exchange: 'mx1.plain.example' });
  dns.add('even.example', 'MX', { preference: 10, exchange: 'mx2.plain.example' });
});
afterAll(() => dns.close());

const find = (domain: string, random?: () => number) =>
  findMailHosts(domain, { resolver, hostname: 'mail.here.example', allowed: createAddressGuard([]), random });
const mx1 = [
  { name: 'mx1.plain.example', address: '2001:db8::1' },
  { name: 'mx1.plain.example', address: '203.0.113.1' },
];
const mx2 = [{ name: 'mx2.plain.example', address: '203.0.113.2' }];

describe('findMailHosts', () => {
  it('lists every address of every exchanger, best preference first', async () => {
    expect(await find('plain.example')).toEqual({ result: 'found', hosts: [...mx1, ...mx2] });
  });

  it('spreads hosts of equal preference by chance', async () => {
    const draw = (numbers: number[]) => () => numbers.shift() ?? 0;
    const orders = [
      await find('even.example', draw([0.1, 0.9])),
      await find('even.example', draw([0.9, 0.1])),
    ];
    const firsts = orders.map((found) => (found.result === 'found' ? found.hosts[0]?.name : ''));
    expect(new Set(firsts)).toEqual(new Set(['mx1.plain.example', 'mx2.plain.example']));
  });

  it('takes the domain itself when there is no MX (RFC 5321 §5.1)', async () => {
    expect(await find('implicit.example')).toEqual({
      result: 'found',
      hosts: [{ name: 'implicit.example', address: '203.0.113.3' }],
    });
  });

  it('passes over an exchanger without addresses', async () => {
    expect(await find('half.example')).toEqual({ result: 'found', hosts: mx2 });
  });

  it.each([
    ['null.example', '5.1.10'],
    ['missing.example', '5.1.2'],
    ['nowhere.example', '5.4.4'],
    ['inside.example', '5.4.4'],
    ['loop.example', '5.4.6'],
    ['[10.0.0.1]', '5.4.4'],
  ])('refuses %s for good with %s', async (domain, status) => {
    expect(await find(domain)).toMatchObject({ result: 'refused', status });
  });

  it('sends only to exchangers better than ourselves', async () => {
    expect(await find('backup.example')).toEqual({ result: 'found', hosts: mx1 });
  });

  it('takes an address literal as the host', async () => {
    expect(await find('[203.0.113.9]')).toEqual({
      result: 'found',
      hosts: [{ name: '203.0.113.9', address: '203.0.113.9' }],
    });
  });

  it('decides nothing while DNS does not answer', async () => {
    dns.fail(true);
    expect(await find('plain.example')).toMatchObject({ result: 'unknown' });
    dns.fail(false);
  });
});

describe('address guard', () => {
  it.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '172.20.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'])(
    'keeps mail from %s',
    (address) => expect(createAddressGuard([])(address)).toBe(false),
  );
  it.each(['::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1'])(
    'keeps mail from %s',
    (address) => expect(createAddressGuard([])(address)).toBe(false),
  );
  it('lets public addresses through, and the networks it is told to', () => {
    expect(createAddressGuard([])('203.0.113.1')).toBe(true);
    expect(createAddressGuard([])('2001:db8::1')).toBe(true);
    expect(createAddressGuard(['127.0.0.0/8'])('127.0.0.1')).toBe(true);
    expect(createAddressGuard(['127.0.0.1'])('127.0.0.2')).toBe(false);
    expect(createAddressGuard(['::1/128'])('::1')).toBe(true);
  });
});
