// Cloudflare does what every DNS host must do with zones of their owners, measured against its fake.
import { expect, test } from 'vitest';
import { dnsHostConformance } from '../contracts/dns-host.conformance.ts';
import type { HostedRecord } from '../contracts/dns-host.ts';
import { failureOf } from '../contracts/failure.conformance.ts';
import { createCloudflareProviders } from './cloudflare.ts';
import { type FakeCloudflare, startFakeCloudflare } from './fake.ts';
import type { OwnersRecord } from './fake-zones.ts';

const TENANT = '0f1e2d3c4b5a';
const owners: OwnersRecord[] = [
  { name: '', type: 'A', content: '198.51.100.7', proxied: true },
  { name: 'shop', type: 'CNAME', content: 'shops.northpeak.example' },
  { name: '', type: 'TXT', content: 'site-verification=1234' },
  { name: '', type: 'NS', content: 'ada.ns.cloudflare.com' },
];
const inZone = (zone: string, records: OwnersRecord[]) =>
  records.map((record) => ({ ...record, name: record.name === '' ? zone : `${record.name}.${zone}` }));

let names = 0;
const freshZone = (fake: FakeCloudflare): string => {
  const name = `northpeak-${names++}.example`;
  fake.zones.add(name, { records: inZone(name, owners) });
  return name;
};

const open = async (token = 'fake-token') => {
  const fake = await startFakeCloudflare();
  fake.addToken('fake-token');
  const vendor = createCloudflareProviders({ baseUrl: fake.baseUrl, timeoutMs: 5_000 });
  return { fake, vendor, host: vendor.dnsHost({ api_token: token }, TENANT) };
};

dnsHostConformance(
  'Cloudflare',
  async () => {
    const { fake, host } = await open();
    const recordsOf = (zone: string) => fake.zones.get(zone)!.records;
    return {
      dnsHost: host,
      freshName: () => freshZone(fake),
      faults: fake.faults,
      owner: {
        records: async (zone) =>
          recordsOf(zone)
            .filter(({ comment, type, name }) => !comment && !(type === 'NS' && name === zone))
            .map((record) => JSON.stringify(record))
            .toSorted(),
        add: async (zone, record) => {
          const { id, name_servers } = fake.zones.get(zone)!;
          expect(name_servers).toHaveLength(2);
          const post = { name: record.name, type: record.type, content: record.data, ttl: record.ttlS };
          const answer = fake.zones.answer('POST', `/zones/${id}/dns_records/batch`, new URLSearchParams(), {
            posts: [post],
          });
          expect(answer.status).toBe(200);
        },
        tamperWith: async (zone, recordId, address) => {
          for (const record of recordsOf(zone))
            if (record.comment?.endsWith(recordId)) record.content = address;
        },
      },
      cleanUp: fake.close,
    };
  },
  { ownersZones: true, failureKinds: ['transient', 'rateLimited', 'unauthorized', 'outcomeUnknown'] },
);

const a = (zone: string, more: Partial<HostedRecord> = {}): HostedRecord => ({
  id: crypto.randomUUID(),
  name: `ours.${zone}`,
  type: 'A',
  ttlS: 300,
  data: '192.0.2.1',
  ...more,
});

test('says how long to wait when Cloudflare has had enough', async () => {
  const { fake, host } = await open();
  const zone = freshZone(fake);
  fake.limitFor(90_000);
  const failure = await failureOf(host.putZone({ name: zone, records: [a(zone)] }));
  expect(failure.kind).toBe('rateLimited');
  expect(failure.retryAfterMs).toBeGreaterThan(80_000);
  await fake.close();
});

test('a token that is none is told from one that lacks a right', async () => {
  const wrong = await open('wrong');
  const zone = freshZone(wrong.fake);
  expect(await failureOf(wrong.host.readZone(zone))).toMatchObject({
    kind: 'unauthorized',
    reason: 'invalid_credential',
  });
  wrong.fake.addToken('reads-only', { writesDns: false });
  const reader = wrong.vendor.dnsHost({ api_token: 'reads-only' }, TENANT);
  expect(await failureOf(reader.putZone({ name: zone, records: [a(zone)] }))).toMatchObject({
    kind: 'unauthorized',
    reason: 'missing_right',
  });
  const malformed = wrong.vendor.dnsHost({ api_token: 'no token!' }, TENANT);
  expect(await failureOf(malformed.readZone(zone))).toMatchObject({
    kind: 'unauthorized',
    reason: 'invalid_credential',
  });
  await wrong.fake.close();
});

test('a TTL that Cloudflare does not take is refused before anything is changed', async () => {
  const { fake, host } = await open();
  const zone = freshZone(fake);
  const refused = await failureOf(host.putZone({ name: zone, records: [a(zone, { ttlS: 30 })] }));
  expect(refused).toMatchObject({ kind: 'rejected', reason: 'invalid_ttl' });
  expect(fake.calls).toEqual([]);
  await fake.close();
});

test('a record of ours that its owner put behind the proxy is taken out from there', async () => {
  const { fake, host } = await open();
  const zone = freshZone(fake);
  const record = a(zone);
  await host.putZone({ name: zone, records: [record] });
  const held = () => fake.zones.get(zone)!.records.find(({ comment }) => comment)!;
  held().proxied = true;
  held().ttl = 1;
  expect(await host.readZone(zone)).toBeNull();
  await host.putZone({ name: zone, records: [record] });
  expect(held()).toMatchObject({ proxied: false, ttl: 300 });
  await fake.close();
});

test('a zone that left the account is said to have left, and its removal has nothing to do', async () => {
  const { fake, host } = await open();
  const zone = freshZone(fake);
  await host.putZone({ name: zone, records: [a(zone)] });
  fake.zones.remove(zone);
  expect((await failureOf(host.putZone({ name: zone, records: [] }))).kind).toBe('notFound');
  expect((await failureOf(host.nameservers(zone))).kind).toBe('notFound');
  await host.removeZone(zone);
  await fake.close();
});

test('two installations share a zone without taking each other’s records for their own', async () => {
  const { fake, vendor, host } = await open();
  const zone = freshZone(fake);
  const other = vendor.dnsHost({ api_token: 'fake-token' }, 'ffffffffffff');
  const [mine, theirs] = [a(zone), a(zone, { name: `other.${zone}` })];
  await host.putZone({ name: zone, records: [mine] });
  await other.putZone({ name: zone, records: [theirs] });
  await host.putZone({ name: zone, records: [] });
  expect((await other.readZone(zone))?.records).toEqual([theirs]);
  await fake.close();
});
