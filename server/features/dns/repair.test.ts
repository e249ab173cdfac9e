// Repair through HTTP: zones broken in many ways, each found by verify and mended by the smallest change.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { activeDomains } from '../../testing/active-domain.ts';
import { askUntil } from '../../testing/follow.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const inDatabase = (act: (tx: Tx) => Promise<unknown>) =>
  api.installation.storage.db.transaction().execute(act);

const health = async (uid: string): Promise<Body> => (await api.post('/dns/verify', { uid })).body.results[0];
const records = async (uid: string): Promise<Body[]> =>
  (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.records;
const said = (rows: Body[]) =>
  rows.map(({ uid, host, type, value, priority, ttl, purpose }) => ({
    uid,
    host,
    type,
    value,
    priority,
    ttl,
    purpose,
  }));
const repair = async (uid: string): Promise<Body> => {
  const { status, body } = await api.post('/dns/repair', { uid });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.results[0];
};

type Zone = { uid: string; name: string; records: Body[] };
const of = (zone: Zone, purpose: string): Body => zone.records.find((row) => row.purpose === purpose);

/** Another record in the zone, as only somebody in the database could put it there. */
const slipIn = (tx: Tx, zone: Zone, host: string, type: string, value: string) =>
  tx
    .insertInto('dns_record')
    .values({
      uid: newId(),
      domain_uid: zone.uid,
      host,
      type,
      value,
      created_at: new Date(),
      updated_at: new Date(),
    })
    .execute();
const spoil = (tx: Tx, record: Body, change: { value?: string; purpose?: string }) =>
  tx.updateTable('dns_record').set(change).where('uid', '=', record.uid).execute();
const lose = (tx: Tx, record: Body) => tx.deleteFrom('dns_record').where('uid', '=', record.uid).execute();

/** At the DNS host, whose planes see a zone anew when its serial moves. */
const atHost = async (tx: Tx, zone: Zone, act: () => Promise<unknown>) => {
  await act();
  await tx
    .updateTable('published.zone')
    .set((eb) => ({ serial: eb('serial', '+', 1) }))
    .where('name', '=', zone.name)
    .execute();
};
const slipInAtHost = (tx: Tx, zone: Zone, name: string, type: string, data: string) =>
  atHost(tx, zone, () =>
    tx
      .insertInto('published.record')
      .values({ id: newId(), zone: zone.name, name, type, ttl_s: 60, data })
      .execute(),
  );

type Case = {
  broken: string;
  break: (zone: Zone) => Promise<unknown>;
  /** Labels that verify finds wrong, with how; `NS` is the delegation, `*` any other record. */
  found: Record<string, string>;
  /** What repair does, beside publishing, as `what host type`. */
  mends: string[];
  /** Records of the mended zone that the zone before did not have, as `host type value`. */
  brings?: string[];
};

const throughApi = async (path: string, body: object) => {
  const reply = await api.post(path, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
};

const cases: Case[] = [
  {
    broken: 'whose DNS host has lost it',
    break: ({ name }) =>
      inDatabase((tx) => tx.deleteFrom('published.zone').where('name', '=', name).execute()),
    found: { MX: 'missing', SPF: 'missing', DKIM: 'missing', DMARC: 'missing', '*': 'missing' },
    mends: [],
  },
  {
    broken: 'of which the DNS host lacks a record',
    break: (zone) =>
      inDatabase((tx) =>
        atHost(tx, zone, () =>
          tx.deleteFrom('published.record').where('id', '=', of(zone, 'mx').uid).execute(),
        ),
      ),
    found: { MX: 'missing' },
    mends: [],
  },
  {
    broken: 'of which the DNS host says something else',
    break: (zone) =>
      inDatabase((tx) =>
        atHost(tx, zone, () =>
          tx
            .updateTable('published.record')
            .set({ data: '"v=DKIM1; k=rsa; p=AAAA"' })
            .where('id', '=', of(zone, 'dkim').uid)
            .execute(),
        ),
      ),
    found: { DKIM: 'mismatch' },
    mends: [],
  },
  {
    broken: 'for which the DNS host says too much',
    break: (zone) => inDatabase((tx) => slipInAtHost(tx, zone, zone.name, 'TXT', '"v=spf1 -all"')),
    found: { SPF: 'duplicate' },
    mends: [],
  },
  {
    broken: 'whose nameservers deny one of themselves',
    break: (zone) =>
      inDatabase((tx) =>
        atHost(tx, zone, () =>
          tx
            .deleteFrom('published.record')
            .where('zone', '=', zone.name)
            .where('type', '=', 'NS')
            .where('data', 'like', 'ns2.%')
            .execute(),
        ),
      ),
    found: { '*': 'missing' },
    mends: [],
  },
  {
    broken: 'that has lost its SPF record',
    break: (zone) => inDatabase((tx) => lose(tx, of(zone, 'spf'))),
    found: { SPF: 'missing' },
    mends: ['added @ TXT'],
  },
  {
    broken: 'whose owner deleted the DMARC record',
    break: (zone) =>
      throughApi('/dns/delete', {
        uid: zone.uid,
        record_ids: [of(zone, 'dmarc').uid],
        confirm_managed: true,
      }),
    found: { DMARC: 'missing' },
    mends: ['added _dmarc TXT'],
  },
  {
    broken: 'that holds another signing key',
    break: (zone) => inDatabase((tx) => spoil(tx, of(zone, 'dkim'), { value: 'v=DKIM1; k=rsa; p=AAAA' })),
    found: { DKIM: 'mismatch' },
    mends: ['changed ik1._domainkey TXT'],
  },
  {
    broken: 'with a second SPF record, whose sender may go on sending',
    break: (zone) => inDatabase((tx) => slipIn(tx, zone, '@', 'TXT', 'v=spf1 include:sender.example -all')),
    found: { SPF: 'duplicate' },
    mends: ['removed @ TXT', 'changed @ TXT'],
    brings: ['@ TXT v=spf1 mx include:sender.example ~all'],
  },
  {
    broken: 'with an alias in the place of its DMARC record',
    break: (zone) => inDatabase((tx) => slipIn(tx, zone, '_dmarc', 'CNAME', 'elsewhere.example')),
    found: { DMARC: 'duplicate' },
    mends: ['removed _dmarc CNAME'],
  },
  {
    broken: 'with two texts under one selector',
    break: (zone) => inDatabase((tx) => slipIn(tx, zone, 'ik2._domainkey', 'TXT', 'v=DKIM1; p=')),
    found: { DKIM: 'duplicate' },
    mends: ['removed ik2._domainkey TXT'],
  },
  {
    broken: 'whose mail goes elsewhere',
    break: (zone) => inDatabase((tx) => spoil(tx, of(zone, 'mx'), { value: 'mx.elsewhere.example' })),
    found: { MX: 'mismatch' },
    mends: ['changed @ MX'],
  },
  {
    broken: 'whose owner let an exchanger take the mail',
    break: (zone) =>
      throughApi('/dns/add', {
        uid: zone.uid,
        records: [{ host: '@', type: 'MX', value: 'mx.rival.example', priority: 1 }],
        confirm_managed: true,
      }),
    found: { MX: 'duplicate' },
    mends: ['removed @ MX'],
  },
  {
    broken: 'whose owner’s SPF record forgot the mail host',
    break: (zone) =>
      throughApi('/dns/update', {
        uid: zone.uid,
        records: [{ record_id: of(zone, 'spf').uid, value: 'v=spf1 include:sender.example -all' }],
        confirm_managed: true,
      }),
    found: { SPF: 'mismatch' },
    mends: ['changed @ TXT'],
    brings: ['@ TXT v=spf1 include:sender.example mx -all'],
  },
  {
    broken: 'that no host would publish, for an alias at its apex',
    break: (zone) => inDatabase((tx) => slipIn(tx, zone, '@', 'CNAME', 'elsewhere.example')),
    found: { MX: 'duplicate' },
    mends: ['removed @ CNAME'],
  },
  {
    broken: 'that no host would publish, for a record nobody can read',
    break: (zone) => inDatabase((tx) => slipIn(tx, zone, 'bad', 'A', 'nowhere')),
    found: { '*': 'duplicate' },
    mends: ['removed bad A'],
  },
  {
    broken: 'with two aliases at one name, of which the older stays',
    break: async (zone) => {
      await throughApi('/dns/add', {
        uid: zone.uid,
        records: [{ host: 'two', type: 'CNAME', value: 'a.example' }],
      });
      await inDatabase((tx) => slipIn(tx, zone, 'two', 'CNAME', 'b.example'));
    },
    found: { '*': 'duplicate' },
    mends: ['removed two CNAME'],
    brings: ['two CNAME a.example'],
  },
  {
    broken: 'to which nobody is sent any more',
    break: ({ name }) =>
      api.installation.context.providers.registrar().setNameservers(name, ['ns1.elsewhere.example']),
    found: { NS: 'mismatch' },
    mends: ['delegated null null'],
  },
];

let zones: Zone[];
beforeAll(async () => {
  const domains = await activeDomains(api, cases.length + 2);
  zones = await Promise.all(
    domains.map(async (domain) => ({ ...domain, records: await records(domain.uid) })),
  );
});

/** What verify finds wrong, by label. */
const wrong = ({ records: rows, other_records, delegation }: Body): Record<string, string> => {
  const all = [
    ...rows.map(({ label, status }: Body) => [label, status]),
    ...other_records.map(({ status }: Body) => ['*', status]),
    ['NS', delegation.status],
  ];
  return Object.fromEntries(all.filter(([, status]) => status !== 'ok' && status !== 'not_applicable'));
};

describe('a zone', () => {
  test.each(cases.map((one, index) => ({ ...one, index })))('$broken is found and mended', async (one) => {
    const zone = zones[one.index]!;
    // What does no harm is there in every zone, and must be there afterwards.
    const harmless = [
      { host: 'app', type: 'A', value: '192.0.2.1' },
      { host: '@', type: 'TXT', value: 'site-verification=1' },
      { host: '@', type: 'MX', value: 'backup.example', priority: 90 },
    ];
    await throughApi('/dns/add', { uid: zone.uid, records: harmless });
    await askUntil(
      () => health(zone.uid),
      ({ overall_health }) => overall_health === 'healthy',
    );
    const before = await records(zone.uid);

    await one.break(zone);
    const found = await askUntil(
      () => health(zone.uid),
      (seen) => JSON.stringify(wrong(seen)) === JSON.stringify(one.found),
      10_000,
    );
    expect(found).toMatchObject({ overall_health: 'critical', needs_repair: true });
    const fixes = [...found.records, ...found.other_records, found.delegation].flatMap(
      ({ fix }: Body) => fix ?? [],
    );
    expect(fixes.join(' ')).toContain('POST /v1/api/dns/repair');

    const result = await repair(zone.uid);
    expect(result).toMatchObject({
      domain: zone.name,
      uid: zone.uid,
      status: 'repaired',
      error_message: null,
    });
    const actions = result.actions.map(({ what, host, type }: Body) => `${what} ${host} ${type}`);
    expect(actions).toEqual([...one.mends, 'published null null']);
    for (const { why } of result.actions) expect(why).toMatch(/\w+.*\.$/);

    await askUntil(
      () => health(zone.uid),
      ({ overall_health }) => overall_health === 'healthy',
      10_000,
    );
    const after = await records(zone.uid);
    const lines = (rows: Body[]) => rows.map(({ host, type, value }) => `${host} ${type} ${value}`);
    expect(lines(after).filter((line) => !lines(before).includes(line))).toEqual(one.brings ?? []);
    // A record that is still there is the very same one.
    const kept = new Set(lines(before).filter((line) => lines(after).includes(line)));
    const uids = (rows: Body[]) =>
      rows.flatMap((row) => (kept.has(lines([row])[0]!) && !row.managed ? row.uid : [])).toSorted();
    expect(uids(after)).toEqual(uids(before));
    expect(await repair(zone.uid)).toMatchObject({ status: 'healthy', actions: [] });
  });
});

test('many are repaired at once, names that are none fail alone, and every event is told', async () => {
  const [one, two] = zones.slice(-2) as [Zone, Zone];
  await inDatabase((tx) => lose(tx, of(one, 'spf')));
  const { body } = await api.post('/dns/repair', { uids: [two.uid, one.uid], domains: ['nobody.example'] });
  expect(body.summary).toEqual({
    total_requested: 3,
    total_repaired: 1,
    total_healthy: 1,
    total_failed: 1,
    actions: 2,
  });
  expect(body.results.map(({ domain, status }: Body) => [domain, status])).toEqual([
    ['nobody.example', 'failed'],
    [two.name, 'healthy'],
    [one.name, 'repaired'],
  ]);
  const events = () =>
    api.installation.storage.db
      .selectFrom('event')
      .select('type')
      .where('subject_uid', '=', one.uid)
      .where('type', 'like', 'dns.%')
      .orderBy('seq')
      .execute();
  const told = await askUntil(events, (rows) => rows.some(({ type }: Body) => type === 'dns.repaired'));
  expect(told.map(({ type }: Body) => type)).toEqual(['dns.changed', 'dns.changed', 'dns.repaired']);
});

test('a repair can be taken back', async () => {
  const zone = zones.at(-1)!;
  await throughApi('/dns/delete', {
    uid: zone.uid,
    record_ids: [of(zone, 'dmarc').uid],
    confirm_managed: true,
  });
  const without = await records(zone.uid);
  const result = await repair(zone.uid);
  await throughApi('/dns/restore', { uid: zone.uid, version: result.restore_version });
  expect(said(await records(zone.uid))).toEqual(said(without));
});
