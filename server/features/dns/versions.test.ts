// The history of a zone through HTTP: what is kept of each change, and going back.
import { beforeAll, describe, expect, test } from 'vitest';
import { activeDomain, expectOnTheWire } from '../../testing/active-domain.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
let uid: string;
let zone: string;
beforeAll(async () => {
  ({ uid, name: zone } = await activeDomain(api));
});

const versions = async (query = ''): Promise<Body> =>
  (await api.get(`/dns/versions?uid=${uid}${query}`)).body;
const zoneNow = async (): Promise<Body> => (await api.get(`/dns/list?uid=${uid}`)).body.dns_record;
const add = async (...records: object[]): Promise<Body> => {
  const { status, body } = await api.post('/dns/add', { uid, records });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};
const restore = (version: number) => api.post('/dns/restore', { uid, version });
/** What the records say, whatever the state of their publication. */
const said = (records: Body[]) => records.map(({ status: _, ...record }) => record);
const events = () =>
  api.installation.storage.db
    .selectFrom('event')
    .selectAll()
    .where('subject_uid', '=', uid)
    .where('type', '=', 'dns.changed')
    .orderBy('seq')
    .execute();

describe('every change', () => {
  test('is kept with who, when, why, before and after, and told as an event', async () => {
    const before = (await zoneNow()).version;
    const added = await add({ host: 'kept', type: 'A', value: '192.0.2.1', ttl: 60 });
    const [record_id] = added.changes.added;
    await api.post('/dns/update', { uid, records: [{ record_id, value: '192.0.2.2' }] });
    await api.post('/dns/delete', { uid, record_ids: [record_id] });

    const { versions: rows, total } = await versions('&limit=3');
    expect(total).toBe(before + 3);
    const row = { record_id, host: 'kept', type: 'A', priority: null, ttl: 60, purpose: 'custom' };
    const [old, changed] = ['192.0.2.1', '192.0.2.2'].map((value) => ({ ...row, value }));
    expect(rows.map(({ version, reason, changes }: Body) => ({ version, reason, changes }))).toEqual([
      { version: before + 3, reason: 'records deleted', changes: [{ before: changed, after: null }] },
      { version: before + 2, reason: 'records changed', changes: [{ before: old, after: changed }] },
      { version: before + 1, reason: 'records added', changes: [{ before: null, after: old }] },
    ]);
    for (const version of rows) {
      expect(version.actor).toEqual({ type: 'api_key', id: expect.any(String) });
      expect(version.cause).toMatch(/^request:\S+$/);
      expect(Date.parse(version.created_at)).toBeGreaterThan(Date.now() - 60_000);
      expect(version.is_current).toBe(version.version === before + 3);
    }
    const told = (await events()).slice(-3).map(({ data }) => data);
    expect(told).toEqual([
      expect.objectContaining({ name: zone, version: before + 1, added: 1, changed: 0, removed: 0 }),
      expect.objectContaining({ version: before + 2, added: 0, changed: 1, removed: 0 }),
      expect.objectContaining({ version: before + 3, added: 0, changed: 0, removed: 1 }),
    ]);
  });

  test('of the program is kept too, the first of all being the set-up', async () => {
    const { versions: rows } = await versions('&limit=500');
    expect(rows.at(-1)).toMatchObject({ version: 1, actor: { type: 'workflow', id: 'domains.set-up' } });
    expect(rows.at(-1).changes.every(({ before }: Body) => before === null)).toBe(true);
  });

  test('is listed in pages, newest first', async () => {
    const all = (await versions('&limit=500')).versions.map(({ version }: Body) => version);
    expect(all).toEqual(all.toSorted((a: number, b: number) => b - a));
    const second = await versions('&limit=2&page=2');
    expect(second.versions.map(({ version }: Body) => version)).toEqual(all.slice(2, 4));
    expect(second).toMatchObject({ current_page: 2, limit: 2, total: all.length });
  });
});

describe('a version that is restored', () => {
  test('brings every record back under its id, as a version of its own', async () => {
    await add(
      { host: 'one', type: 'A', value: '192.0.2.1' },
      { host: 'two', type: 'TXT', value: 'x'.repeat(300), ttl: 5 },
    );
    const point = await zoneNow();
    const uids = point.records
      .filter(({ host }: Body) => host === 'one' || host === 'two')
      .map((row: Body) => row.uid);
    await api.post('/dns/delete', { uid, record_ids: uids });
    await add({ host: 'one', type: 'CNAME', value: 'elsewhere.example' });
    await expectOnTheWire(api, `one.${zone}`, 'CNAME', ['3600 elsewhere.example.']);

    const { status, body } = await restore(point.version);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.dns_record.version).toBe(point.version + 3);
    expect(said((await zoneNow()).records)).toEqual(said(point.records));
    await expectOnTheWire(api, `one.${zone}`, 'A', ['3600 192.0.2.1']);
    await expectOnTheWire(api, `one.${zone}`, 'CNAME', []);
    expect((await versions('&limit=1')).versions[0].reason).toBe(`version ${point.version} restored`);
    const back = await restore(point.version + 2);
    expect(back.body.dns_record.records.map(({ host }: Body) => host)).toContain('one');
  });

  test('brings back what the program keeps up, and so mends what its owner broke', async () => {
    const point = await zoneNow();
    const mail = point.records.filter(({ purpose }: Body) => purpose === 'mx' || purpose === 'spf');
    await api.post('/dns/delete', {
      uid,
      record_ids: mail.map((row: Body) => row.uid),
      confirm_managed: true,
    });
    await expectOnTheWire(api, zone, 'MX', []);
    expect((await restore(point.version)).status).toBe(200);
    expect(said((await zoneNow()).records)).toEqual(said(point.records));
    const [mx] = mail.filter(({ type }: Body) => type === 'MX');
    await expectOnTheWire(api, zone, 'MX', [`3600 10 ${mx.value}.`]);
  });

  test('that the zone is already changes nothing', async () => {
    const point = await zoneNow();
    const { body } = await restore(point.version);
    expect(body.changes).toEqual({ added: [], updated: [], deleted: [] });
    expect(body.dns_record.version).toBe(point.version);
  });

  test('must be one that there was', async () => {
    const { version } = await zoneNow();
    const { status, body } = await restore(version + 1);
    expect([status, body.code, body.current_version]).toEqual([404, 'dns_version_not_found', version]);
  });
});
