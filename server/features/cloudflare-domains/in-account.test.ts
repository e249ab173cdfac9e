// What the program keeps up in a zone of a customer's account, and the credential it is reached with, over time.
import { expect, test } from 'vitest';
import { customerOf, useCloudflareWorld, website } from '../../testing/cloudflare-world.ts';
import { askUntil } from '../../testing/follow.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import type { FeatureContext } from '../context.ts';
import { resumeInAccount } from '../domains/index.ts';
import { checkCredentials } from '../zone-accounts/index.ts';

const world = await useCloudflareWorld();
// The week in which old and new signing keys overlap, in less than a second.
const api = useInstallation(world.environment, { workflow: { timeScale: 1e-6 } });
const { fake } = world;
const { connected, rowOf, setUp, zoneOf, verify } = customerOf(world, api);

const zoneShown = async (uid: string): Promise<Body> =>
  (await api.get(`/dns/list?uid=${uid}`)).body.dns_record;
const oursUntil = (name: string, holds: (ours: string[]) => boolean) =>
  askUntil(async () => zoneOf(name).ours, holds);

test('what the account’s DNS host does not take is refused before it is written down, and says what it takes', async () => {
  const name = await world.addZone(website);
  const uid = await connected(name);
  await setUp(name);
  const before = await zoneShown(uid);
  const record = { host: 'app', type: 'A', value: '192.0.2.5' };

  for (const ttl of [30, 604_800]) {
    const { status, body } = await api.post('/dns/add', { uid, records: [{ ...record, ttl }] });
    expect([status, body.code]).toEqual([409, 'dns_conflict']);
    expect(body.conflicts).toMatchObject([{ code: 'invalid_ttl', name: `app.${name}`, type: 'A' }]);
    expect(body.message).toContain('from 60 to 86400 seconds');
  }
  const unknown = { host: 'app', type: 'TYPE65280', value: '\\# 1 00' };
  const refused = await api.post('/dns/add', { uid, records: [unknown] });
  expect(refused.body.conflicts).toMatchObject([{ code: 'type_not_taken' }]);
  const file = 'one 60 IN A 192.0.2.6\ntwo 30 IN A 192.0.2.7\n';
  const planned = await api.post('/dns/import', { uid, zone_file: file, dry_run: true });
  expect(planned.body.lines.map(({ outcome }: Body) => outcome)).toEqual(['added', 'refused']);
  expect(planned.body.lines[1].reason).toContain('from 60 to 86400 seconds');
  expect(await zoneShown(uid)).toEqual(before);

  const added = await api.post('/dns/add', { uid, records: [{ ...record, ttl: 60 }] });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
  const change = { record_id: added.body.changes.added[0], ttl: 59 };
  const changed = await api.post('/dns/update', { uid, records: [change] });
  expect([changed.status, changed.body.code]).toEqual([409, 'dns_conflict']);
  await oursUntil(name, (ours) => ours.includes('app A 192.0.2.5'));
});

test('its DMARC policy is set and taken back, and nothing of the owner’s with it', async () => {
  const name = await world.addZone(website);
  const uid = await connected(name);
  await setUp(name);
  const before = zoneOf(name);
  const set = { uids: [uid], policy: 'reject', email: 'reports@northpeak.example' };
  const answer = await api.post('/domains/dmarc', set);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const isPolicy = (policy: string) => (line: string) =>
    line.startsWith('_dmarc TXT') && line.includes(`p=${policy}`);
  const ours = await oursUntil(name, (lines) => lines.some(isPolicy('reject')));
  expect(ours.find(isPolicy('reject'))).toContain('reports@northpeak.example');
  expect((await api.call('DELETE', '/domains/dmarc', { uids: [uid] })).status).toBe(200);
  await oursUntil(name, (lines) => lines.some(isPolicy('none')));
  expect(zoneOf(name).owners).toEqual(before.owners);
});

test('its signing keys are changed: the new ones are proved there before the old ones go', async () => {
  const name = await world.addZone(website);
  const uid = await connected(name);
  await setUp(name);
  const before = zoneOf(name);
  const keys = (lines: string[]) =>
    lines.flatMap((line) => /^(\w+)\._domainkey TXT/.exec(line)?.[1] ?? []).toSorted();
  expect(keys(before.ours)).toEqual(['ik1', 'ik2']);
  const seen = new Set<string>();
  expect((await api.post('/dns/dkim/rotate', { uid })).status).toBe(202);
  await oursUntil(name, (lines) => {
    seen.add(keys(lines).join());
    return keys(lines).join() === 'ik3,ik4';
  });
  expect([...seen]).toEqual(expect.arrayContaining(['ik3,ik4']));
  expect([...seen].every((selectors) => /^(ik1,ik2(,ik3,ik4)?|ik3,ik4)$/.test(selectors))).toBe(true);
  await askUntil(
    () => zoneShown(uid),
    ({ dkim_rotation }) => dkim_rotation === null,
  );
  await askUntil(
    () => verify(name),
    ({ overall_health }) => overall_health === 'healthy',
  );
  expect(zoneOf(name).owners).toEqual(before.owners);
});

test('a credential that was revoked is found by the hourly look, and one that works again is taken up by it', async () => {
  const name = await world.addZone(website);
  fake.addToken('looked-at-hourly', { zones: [name] });
  await connected(name, 'looked-at-hourly');
  await setUp(name);
  const { context } = api.installation;
  /** As the housekeeping does it, so many minutes from now. */
  const look = (minutes: number) => {
    const now = () => new Date(Date.now() + minutes * 60_000);
    const later: FeatureContext = { ...context, clock: { ...context.clock, now } };
    return checkCredentials(later, resumeInAccount);
  };

  fake.revoke('looked-at-hourly');
  await look(30);
  expect((await rowOf(name)).credential_status).toBe('active');
  await look(61);
  expect((await rowOf(name)).credential_status).toBe('invalid');

  await api.post('/dns/add', { domain: name, records: [{ host: 'later', type: 'A', value: '192.0.2.5' }] });
  fake.addToken('looked-at-hourly', { zones: [name] });
  await look(90);
  expect((await rowOf(name)).credential_status).toBe('invalid');
  await look(122);
  expect((await rowOf(name)).credential_status).toBe('active');
  await oursUntil(name, (ours) => ours.includes('later A 192.0.2.5'));
});
