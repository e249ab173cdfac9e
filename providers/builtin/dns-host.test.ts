// The built-in DNS host: the role's conformance over connections that break, and what it leaves in `published`.
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../database/clock.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { dnsHostConformance } from '../contracts/dns-host.conformance.ts';
import type { DnsHost, HostedRecord } from '../contracts/dns-host.ts';
import { failureOf } from '../contracts/failure.conformance.ts';
import { createDnsHost, type DnsHostSettings, nextSerial } from './dns-host.ts';
import { openFaultyDatabase } from './testing.ts';

const database = useTestDatabase();

const settings: DnsHostSettings = {
  nameservers: [
    { name: 'ns1.inboxkit.example', address: '127.0.0.1', port: 8053 },
    { name: 'ns2.inboxkit.example', address: '127.0.0.1', port: 8053 },
  ],
  hostmaster: 'hostmaster.inboxkit.example',
  nameserverTtlS: 3600,
};

let names = 0;
const freshName = () => `northpeak${names++}.com`;

dnsHostConformance('the built-in DNS host', async () => {
  const { db, faults, close } = await openFaultyDatabase(database.url);
  return {
    dnsHost: createDnsHost({ db, clock: systemClock, settings }),
    freshName,
    faults,
    cleanUp: close,
  };
});

describe('the built-in DNS host', () => {
  let host: DnsHost;
  let zone: string;
  const clock = new VirtualClock();

  beforeEach(() => {
    host = createDnsHost({ db: database.db, clock, settings });
    zone = freshName();
  });

  const record = (data: string, name = zone): HostedRecord => ({
    id: crypto.randomUUID(),
    name,
    type: 'TXT',
    ttlS: 300,
    data,
  });
  const apexNameservers = async () =>
    (
      await database.db
        .selectFrom('published.record')
        .select(['name', 'ttl_s', 'data'])
        .where('zone', '=', zone)
        .where('type', '=', 'NS')
        .orderBy('data')
        .execute()
    ).map((row) => `${row.name} ${row.ttl_s} ${row.data}`);

  test('gives every zone the SOA and the apex nameservers of the settings', async () => {
    await host.putZone({ name: zone, records: [] });
    const soa = await database.db
      .selectFrom('published.zone')
      .selectAll()
      .where('name', '=', zone)
      .executeTakeFirstOrThrow();
    expect(soa).toMatchObject({
      serial: clock.now().getTime() / 1000,
      primary_ns: 'ns1.inboxkit.example',
      hostmaster: 'hostmaster.inboxkit.example',
    });
    expect(await apexNameservers()).toEqual([
      `${zone} 3600 ns1.inboxkit.example.`,
      `${zone} 3600 ns2.inboxkit.example.`,
    ]);
  });

  test('brings a zone to changed nameservers when it is put again, with a new serial', async () => {
    const records = [record('"one"')];
    const before = await host.putZone({ name: zone, records });
    const moved = createDnsHost({
      db: database.db,
      clock,
      settings: { ...settings, nameservers: [{ name: 'ns9.inboxkit.example' }] },
    });
    const after = await moved.putZone({ name: zone, records });
    expect(after.serial).toBe(before.serial! + 1);
    expect(await apexNameservers()).toEqual([`${zone} 3600 ns9.inboxkit.example.`]);
    expect((await host.readZone(zone))?.records).toEqual(records);
  });

  test('writes only the records that changed', async () => {
    const [kept, changed, removed] = [record('"kept"'), record('"old"'), record('"removed"')];
    const versions = async () => {
      const { rows } = await sql<{ id: string; version: string }>`
        select id, xmin::text as version from published.record where zone = ${zone}`.execute(database.db);
      return new Map(rows.map((row) => [row.id, row.version]));
    };
    await host.putZone({ name: zone, records: [kept, changed, removed] });
    const before = await versions();
    await host.putZone({ name: zone, records: [kept, { ...changed, data: '"new"' }] });
    const after = await versions();
    expect(after.has(removed.id)).toBe(false);
    expect(after.get(changed.id)).not.toBe(before.get(changed.id));
    // The kept record and both apex NS records are the rows they were.
    const untouched = [...after].filter(([id, version]) => before.get(id) === version);
    expect(untouched).toHaveLength(3);
    expect(untouched.map(([id]) => id)).toContain(kept.id);
  });

  test('keeps data in one spelling, so that the same record in another spelling changes nothing', async () => {
    const mx: HostedRecord = { ...record(''), type: 'MX', data: '10   MX.Northpeak.example' };
    const first = await host.putZone({ name: zone, records: [mx] });
    expect((await host.readZone(zone))?.records[0]?.data).toBe('10 mx.northpeak.example.');
    expect(await host.putZone({ name: zone, records: [mx] })).toEqual(first);
  });

  test('refuses a record whose id another zone uses, and leaves both zones alone', async () => {
    const theirs = record('"theirs"');
    await host.putZone({ name: zone, records: [theirs] });
    const other = freshName();
    const stolen = { ...theirs, name: other };
    expect(await failureOf(host.putZone({ name: other, records: [stolen] }))).toMatchObject({
      kind: 'conflict',
      reason: 'record_elsewhere',
    });
    expect(await host.readZone(other)).toBeNull();
    expect((await host.readZone(zone))?.records).toEqual([theirs]);
  });

  test.for(['Northpeak.com', 'northpeak.com.', 'com', '*.northpeak.com', 'north peak.com', ''])(
    'refuses a zone called "%s"',
    async (name) => {
      expect(await failureOf(host.putZone({ name, records: [] }))).toMatchObject({
        kind: 'rejected',
        reason: 'invalid_zone',
      });
    },
  );

  test('counts serials round the end of their range without ever using 0', () => {
    expect([1, 2 ** 32 - 2, 2 ** 32 - 1].map(nextSerial)).toEqual([2, 2 ** 32 - 1, 1]);
  });

  test('says how its nameservers are reached', async () => {
    expect(await host.nameservers('northpeak.example')).toEqual(settings.nameservers);
  });
});
