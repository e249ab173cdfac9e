// Verification through HTTP: what the nameservers, the resolvers and the registry say, record by record.
import { createPublicKey } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activeDomains, expectOnTheWire } from '../../testing/active-domain.ts';
import { dnsAnswer, dnsQuestion, startDnsServer } from '../../testing/dns-server.ts';
import { askUntil } from '../../testing/follow.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

/** A resolver that asks the installation's nameserver, except for what a test makes it remember. */
const remembered = new Map<string, { ttl: number; data: unknown }>();
const resolver = await startDnsServer(async (query) => {
  const { name, type } = dnsQuestion(query);
  const stale = remembered.get(`${name} ${type}`);
  if (stale) return [dnsAnswer(query, { answers: [{ name, type, ...stale }] })];
  return [await relayed(query)];
});
afterAll(() => resolver.close());

const api = useInstallation({ INBOXKIT_DNS_RESOLVERS: `127.0.0.1:${resolver.port}` });
const db = () => api.installation.storage.db;
let domains: { uid: string; name: string }[];
beforeAll(async () => {
  domains = await activeDomains(api, 4);
});

/** The nameserver's own bytes. */
const relayed = async (query: Buffer): Promise<Buffer> => {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      socket.once('message', resolve);
      socket.send(query, api.installation.ports.dns, '127.0.0.1');
    });
  } finally {
    socket.close();
  }
};

const verify = async (body: object): Promise<Body> => {
  const reply = await api.post('/dns/verify', body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};
const healthOf = async (uid: string): Promise<Body> => (await verify({ uid })).results[0];
const byLabel = (health: Body): Record<string, Body> =>
  Object.fromEntries(health.records.map((row: Body) => [row.label, row]));
const secondsFromNow = (time: string) => (Date.parse(time) - Date.now()) / 1000;

test('a sound domain is healthy, with every label and every record ok, seen by every server', async () => {
  const [{ uid, name }] = domains as [{ uid: string; name: string }];
  const { summary, results } = await verify({ domains: [name] });
  expect(summary).toEqual({
    total_requested: 1,
    total_verified: 1,
    total_failed: 0,
    healthy: 1,
    critical: 0,
    issues_found: 0,
    needs_repair: 0,
  });
  const [health] = results;
  expect(health).toMatchObject({
    domain: name,
    uid,
    status: 'verified',
    error_message: null,
    cloudflare_checked: true,
    overall_health: 'healthy',
    needs_repair: false,
    look_again_at: null,
  });
  expect(health.records.map((row: Body) => [row.label, row.status, row.fix])).toEqual(
    ['MX', 'SPF', 'DKIM', 'DMARC'].map((label) => [label, 'ok', null]),
  );
  expect(byLabel(health).DKIM.checks).toHaveLength(2);
  const [mx] = byLabel(health).MX.checks;
  expect(mx).toMatchObject({ host: '@', type: 'MX', purpose: 'mx', expected: '10 mail.inboxkit.localhost' });
  expect(mx.published).toEqual([mx.expected]);
  expect(mx.seen.map((one: Body) => [one.by, one.kind, one.status])).toEqual([
    ['ns1.inboxkit.localhost', 'nameserver', 'ok'],
    ['ns2.inboxkit.localhost', 'nameserver', 'ok'],
    [`127.0.0.1:${resolver.port}`, 'resolver', 'ok'],
  ]);
  expect(health.delegation).toMatchObject({
    status: 'ok',
    expected: ['ns1.inboxkit.localhost', 'ns2.inboxkit.localhost'],
    published: ['ns1.inboxkit.localhost', 'ns2.inboxkit.localhost'],
    seen_by: 'the registrar',
  });
  const all = [...health.records.flatMap((row: Body) => row.checks), ...health.other_records];
  const { body } = await api.get(`/dns/list?uid=${uid}`);
  const rows = all.flatMap(({ record_id }: Body) => record_id ?? []);
  expect(rows.toSorted()).toEqual(body.dns_record.records.map((row: Body) => row.uid).toSorted());
  expect(new Set(all.map(({ status }: Body) => status))).toEqual(new Set(['ok']));
});

test('many are verified at once, by name and by uid, each once and none at the cost of another', async () => {
  const stranger = await addTeam(api.installation);
  const [one, two, three] = domains as { uid: string; name: string }[];
  const missing = [freshName(), stranger.workspaceUid];
  const body = {
    domain: one!.name,
    domains: [missing[0], two!.name.toUpperCase(), one!.name, '💩'],
    uids: [three!.uid, two!.uid, missing[1]],
  };
  const { summary, results } = await verify(body);
  expect(results.map((health: Body) => [health.domain, health.status])).toEqual([
    [one!.name, 'verified'],
    [missing[0], 'failed'],
    [two!.name, 'verified'],
    ['💩', 'failed'],
    [three!.name, 'verified'],
    [missing[1], 'failed'],
  ]);
  expect(summary).toMatchObject({ total_requested: 6, total_verified: 3, total_failed: 3, healthy: 3 });
  expect(results[1]).toMatchObject({
    error_message: 'Domain or DNS records not found',
    overall_health: 'unknown',
  });
  const other = await api.post(
    '/dns/verify',
    { uid: one!.uid },
    { key: stranger.key, workspace: stranger.workspaceUid },
  );
  expect(other.body.results[0].status).toBe('failed');
  expect((await api.post('/dns/verify', {})).body.code).toBe('validation_failed');
});

describe('a record', () => {
  test('that resolvers still hold as it was is pending, until the TTL they hold it for ends', async () => {
    const { uid, name } = domains[1]!;
    remembered.set(`${name} MX`, { ttl: 900, data: { preference: 1, exchange: 'old.example' } });
    const health = await healthOf(uid);
    remembered.clear();
    expect(health).toMatchObject({ overall_health: 'unknown', needs_repair: false });
    const { MX } = byLabel(health);
    expect(MX).toMatchObject({ status: 'pending', fix: expect.stringContaining('Nothing but waiting') });
    expect(secondsFromNow(MX.look_again_at)).toBeGreaterThan(800);
    expect(MX.checks[0].seen.at(-1)).toMatchObject({ status: 'mismatch', published: ['1 old.example'] });
  });

  test('that is gone from the nameservers is missing, with the words to publish it', async () => {
    const { uid, name } = domains[1]!;
    const before = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.records;
    const dmarc = before.find((row: Body) => row.purpose === 'dmarc');
    await db().deleteFrom('published.record').where('id', '=', dmarc.uid).execute();
    await db()
      .updateTable('published.zone')
      .set((eb) => ({ serial: eb('serial', '+', 1) }))
      .where('name', '=', name)
      .execute();
    await expectOnTheWire(api, `_dmarc.${name}`, 'TXT', []);
    const health = await healthOf(uid);
    expect(health).toMatchObject({ overall_health: 'critical', needs_repair: true, issues: 1 });
    const { DMARC } = byLabel(health);
    expect(DMARC.checks[0]).toMatchObject({
      record_id: dmarc.uid,
      status: 'missing',
      expected: dmarc.value,
      published: [],
    });
    expect(DMARC.fix).toContain(`Publish the TXT record of _dmarc.${name} with the value: ${dmarc.value}`);
    expect(secondsFromNow(DMARC.look_again_at)).toBeGreaterThan(0);
    await api.post('/dns/repair', { uid });
    await askUntil(
      () => healthOf(uid),
      (again) => again.overall_health === 'healthy',
    );
  });

  test('whose key is not the one that mail is signed with is a mismatch of its selector alone', async () => {
    const { uid, name } = domains[2]!;
    const keys = await api.installation.context.providers.mailboxHost('SMTP').dkimKeys(name);
    const { records } = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record;
    for (const key of keys) {
      const { value } = records.find((row: Body) => row.host === `${key.selector}._domainkey`);
      const published = Buffer.from(/p=(\S+)/.exec(value)![1]!, 'base64');
      const signedWith = createPublicKey({
        key: Buffer.from(key.publicKeyDer, 'base64'),
        format: 'der',
        type: 'spki',
      });
      // RFC 8463 §4.2 publishes the 32 bytes of an Ed25519 key bare, RFC 6376 §3.6.1 an RSA key as SubjectPublicKeyInfo.
      if (signedWith.asymmetricKeyType === 'ed25519') {
        expect(signedWith.export({ format: 'jwk' }).x).toBe(published.toString('base64url'));
      } else {
        const shown = createPublicKey({ key: published, format: 'der', type: 'spki' });
        expect(signedWith.equals(shown)).toBe(true);
      }
    }
    const [rsa, ed25519] = keys;
    await api.post('/dns/update', {
      uid,
      records: [
        {
          record_id: records.find((row: Body) => row.host === `${ed25519!.selector}._domainkey`).uid,
          value: `v=DKIM1; k=ed25519; p=${Buffer.alloc(32, 1).toString('base64')}`,
        },
      ],
      confirm_managed: true,
    });
    const health = await healthOf(uid);
    const { DKIM } = byLabel(health);
    expect(DKIM.status).toBe('mismatch');
    expect(DKIM.checks.map(({ host, status }: Body) => [host, status])).toEqual([
      [`${rsa!.selector}._domainkey`, 'ok'],
      [`${ed25519!.selector}._domainkey`, 'mismatch'],
    ]);
    expect(DKIM.fix).toContain('not the one that mail is signed with');
  });

  test('of the owner’s is watched like the others', async () => {
    const { uid, name } = domains[3]!;
    const { body } = await api.post('/dns/add', {
      uid,
      records: [{ host: 'app', type: 'A', value: '192.0.2.1' }],
    });
    await expectOnTheWire(api, `app.${name}`, 'A', ['3600 192.0.2.1']);
    const health = await askUntil(
      () => healthOf(uid),
      ({ overall_health }) => overall_health === 'healthy',
    );
    expect(health.other_records.find((row: Body) => row.record_id === body.changes.added[0])).toMatchObject({
      purpose: 'custom',
      expected: '192.0.2.1',
      status: 'ok',
    });
  });
});

test('nameservers that do not answer are unreachable, which is not called missing', async () => {
  const { context } = api.installation;
  const { uid } = domains[0]!;
  const host = context.providers.dnsHost();
  const [first] = await host.nameservers(domains[0]!.name);
  const port = first!.port!;
  const silent = await startDnsServer(() => []);
  silent.close();
  // The provider's own list, for as long as this test: its second server has moved to where nobody listens.
  const nameservers = await host.nameservers(domains[0]!.name);
  nameservers[1]!.port = silent.port;
  try {
    const health = await healthOf(uid);
    expect(health).toMatchObject({ overall_health: 'unknown', needs_repair: false });
    expect(new Set(health.records.map((row: Body) => row.status))).toEqual(new Set(['unreachable']));
    expect(byLabel(health).MX.fix).toBe(
      'ns2.inboxkit.localhost refused the connection: see that it runs, and that its port 53 is open for UDP and TCP.',
    );
  } finally {
    nameservers[1]!.port = port;
  }
});

test('a delegation that leads elsewhere is told with the nameservers to set', async () => {
  const { uid, name } = domains[0]!;
  const names = ['ns1.elsewhere.example', 'ns2.elsewhere.example'];
  await api.installation.context.providers.registrar().setNameservers(name, names);
  const health = await healthOf(uid);
  expect(health).toMatchObject({ overall_health: 'critical', needs_repair: true });
  expect(health.delegation).toMatchObject({ status: 'mismatch', published: names });
  expect(health.delegation.fix).toContain(
    `Set the nameservers of ${name} at its registrar to ns1.inboxkit.localhost and ns2.inboxkit.localhost; now they are ns1.elsewhere.example and ns2.elsewhere.example.`,
  );
});
