// Domains that are connected from a customer's Cloudflare account: their records, the credential they are reached with,
// and leaving.
import { describe, expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { customerOf, mailElsewhere, useCloudflareWorld, website } from '../../testing/cloudflare-world.ts';
import { askUntil } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const world = await useCloudflareWorld();
const api = useInstallation(world.environment);
const { fake } = world;
const { as, credential, connect, connected, rowOf, setUp, zoneOf, verify, byLabel } = customerOf(world, api);

describe('a zone with mail of its owner’s', () => {
  test('keeps it: our MX and SPF are left out, verify says what to do, and repair puts them in once it is done', async () => {
    const name = await world.addZone(mailElsewhere);
    await connected(name);
    await setUp(name);
    expect(zoneOf(name).ours.some((line) => /^@ (MX|TXT)/.test(line))).toBe(false);
    expect((await rowOf(name)).status_reason).toMatch(/^its zone has MX and SPF records of its owner's/);
    const health = await verify(name);
    expect(health).toMatchObject({ overall_health: 'critical', needs_repair: false });
    const { MX, SPF, DMARC } = byLabel(health);
    expect([MX.status, SPF.status, DMARC.status]).toEqual(['mismatch', 'mismatch', 'ok']);
    expect(MX.fix).toContain('MX aspmx.l.google.example');
    expect(SPF.fix).toContain('v=spf1 include:_spf.google.example mx ~all');
    expect((await api.post('/dns/repair', { domain: name })).body.results[0].status).toBe('healthy');

    // The owner does what verify said: the mail comes here, and the policy lets both send.
    const zone = fake.zones.get(name)!;
    zone.records = zone.records.filter(({ type }) => type !== 'MX');
    for (const record of zone.records) {
      if (record.content.includes('v=spf1')) record.content = '"v=spf1 include:_spf.google.example mx ~all"';
    }
    const repaired = (await api.post('/dns/repair', { domain: name })).body.results[0];
    expect(repaired).toMatchObject({ status: 'repaired' });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => ours.some((line: string) => /^@ MX 10 /.test(line)),
    );
    const after = await askUntil(
      () => verify(name),
      ({ overall_health }) => overall_health === 'healthy',
    );
    expect(byLabel(after).SPF.status).toBe('ok');
    expect(zoneOf(name).ours.some((line) => line.includes('v=spf1'))).toBe(false);
  });
});

describe('the records of a connected zone', () => {
  test('are added, changed and deleted through the API, and nothing of the owner’s with them', async () => {
    const name = await world.addZone(website);
    const uid = await connected(name);
    await setUp(name);
    const before = zoneOf(name);
    const added = await api.post('/dns/add', {
      uid,
      records: [{ host: 'track', type: 'CNAME', value: 't.tracker.example' }],
    });
    expect(added.status, JSON.stringify(added.body)).toBe(200);
    const seen = (line: string) =>
      askUntil(
        async () => zoneOf(name).ours,
        (ours) => ours.includes(line),
      );
    await seen('track CNAME t.tracker.example');
    const record_id = added.body.changes.added[0];
    await api.post('/dns/update', { uid, records: [{ record_id, value: 't2.tracker.example' }] });
    await seen('track CNAME t2.tracker.example');
    await api.post('/dns/delete', { uid, record_ids: [record_id] });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => JSON.stringify(ours) === JSON.stringify(before.ours),
    );
    expect(zoneOf(name).owners).toEqual(before.owners);
  });

  test('cannot be put where the owner has something that forbids it, and the rule is cited', async () => {
    const name = await world.addZone([
      ...website,
      { name: '@', type: 'TXT', content: '"v=spf1 include:a.example ~all"' },
    ]);
    const uid = await connected(name);
    await setUp(name);
    const beside = await api.post('/dns/add', {
      uid,
      records: [{ host: 'www', type: 'A', value: '192.0.2.1' }],
    });
    expect([beside.status, beside.body.conflicts[0].rule]).toEqual([409, 'RFC 1034 §3.6.2']);
    const policy = await api.post('/dns/add', {
      uid,
      records: [{ host: '@', type: 'TXT', value: 'v=spf1 mx -all' }],
    });
    expect([policy.status, policy.body.conflicts[0].code]).toEqual([409, 'several_spf']);
    const shown = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.owners_records;
    expect(shown).toContainEqual({
      host: 'www',
      type: 'CNAME',
      value: 'sites.northpeak.example',
      priority: null,
      ttl: 300,
    });
  });

  test('can be gone back to an earlier version, imported and exported', async () => {
    const name = await world.addZone(website);
    const uid = await connected(name);
    await setUp(name);
    const { version } = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record;
    const imported = await api.post('/dns/import', {
      uid,
      zone_file: 'blog 300 IN A 192.0.2.9\nwww IN A 192.0.2.9\n',
    });
    expect(imported.body.summary).toMatchObject({ added: 1, refused: 1 });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => ours.includes('blog A 192.0.2.9'),
    );
    expect((await api.get(`/dns/export?uid=${uid}`)).body.zone_file).toContain('192.0.2.9');
    await api.post('/dns/restore', { uid, version });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => !ours.includes('blog A 192.0.2.9'),
    );
  });

  test('that somebody changed at Cloudflare are found by verify and put right by repair', async () => {
    const name = await world.addZone(website);
    await connected(name);
    await setUp(name);
    const mx = fake.zones.get(name)!.records.find(({ type, comment }) => type === 'MX' && comment)!;
    const right = mx.content;
    mx.content = 'mx.wrong.example';
    expect(byLabel(await verify(name)).MX.status).toBe('mismatch');
    await api.post('/dns/repair', { domain: name });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => ours.includes(`@ MX 10 ${right}`),
    );
  });
});

describe('a credential', () => {
  test('that stops working is noticed, its changes wait, and they go on when the zone is connected again', async () => {
    const name = await world.addZone(website);
    fake.addToken('to-be-revoked', { zones: [name] });
    const uid = await connected(name, 'to-be-revoked');
    await setUp(name);
    fake.revoke('to-be-revoked');
    await api.post('/dns/add', { uid, records: [{ host: 'later', type: 'A', value: '192.0.2.5' }] });
    const row = await askUntil(
      () => rowOf(name),
      (domain) => domain.credential_status === 'invalid',
    );
    expect(row.status).toBe('active');
    const waiting = (await api.get(`/dns/list?uid=${uid}`)).body.dns_record;
    expect(waiting.records.find((record: Body) => record.host === 'later').status).toBe('pending');
    const zones = (await api.get('/cloudflare-domains/zones')).body;
    expect(zones.zones.find((zone: Body) => zone.name === name)).toMatchObject({
      already_connected: true,
      reconnectable: true,
      domain_uid: uid,
    });
    expect(zones.accounts.some((account: Body) => account.error?.includes('Invalid access token'))).toBe(
      true,
    );

    fake.addToken('the-next', { zones: [name] });
    const again = await connect({ ...credential('the-next'), domains: [name] });
    expect(again.body).toMatchObject({ reconnected_count: 1, connected_count: 0 });
    expect(again.body.domains[0]).toMatchObject({ uid, reconnected: true });
    await askUntil(
      async () => zoneOf(name).ours,
      (ours) => ours.includes('later A 192.0.2.5'),
    );
    expect((await rowOf(name)).credential_status).toBe('active');
  });

  test('is changed by connecting with the next one of the same account, and not by one of another account', async () => {
    const name = await world.addZone(website);
    const zone = fake.zones.get(name)!;
    const team = await addTeam(api.installation);
    zone.account = { id: team.teamUid, name: 'Ours' };
    for (const token of ['last-year', 'this-year']) fake.addToken(token, { zones: [name] });
    const first = await connect({ ...credential('last-year'), domains: [name] }, team);
    expect(first.body.connected_count).toBe(1);
    const next = await connect({ ...credential('this-year'), domains: [name] }, team);
    expect(next.body).toMatchObject({
      reconnected_count: 1,
      credential_uid: expect.not.stringMatching(first.body.credential_uid),
    });
    zone.account = { id: `${team.teamUid}-other`, name: 'Another' };
    fake.addToken('of-another-account', { zones: [name] });
    const { status, body } = await connect({ ...credential('of-another-account'), domains: [name] }, team);
    expect([status, body.code]).toEqual([409, 'CREDENTIAL_CONFLICT']);
    const { credentials } = (await api.get('/cloudflare-domains/credentials', as(team))).body;
    expect(credentials.map((one: Body) => [one.hint, one.domains])).toEqual([
      ['…year', []],
      ['…year', [name]],
    ]);
  });

  test('is never shown, neither in answers nor in events nor in the database', async () => {
    const name = await world.addZone();
    fake.addToken('super-secret-token-9876', { zones: [name] });
    await connected(name, 'super-secret-token-9876');
    const { body } = await api.get('/cloudflare-domains/credentials');
    const stored = body.credentials.find((one: Body) => one.domains.includes(name));
    expect(stored).toMatchObject({
      auth_type: 'api_token',
      hint: '…9876',
      status: 'active',
      domains: [name],
    });
    const { db } = api.installation.storage;
    const rows = [
      ...(await db.selectFrom('provider_credential').selectAll().execute()),
      ...(await db.selectFrom('event').selectAll().execute()),
      ...(await db.selectFrom('idempotency_key').selectAll().execute()),
      ...(await db.selectFrom('workflow_start').selectAll().execute()),
    ];
    expect(JSON.stringify([body, rows])).not.toContain('super-secret');
  });

  test('is kept while a domain needs it, and forgotten for good when none does', async () => {
    const name = await world.addZone();
    fake.addToken('to-forget', { zones: [name] });
    const uid = await connected(name, 'to-forget');
    const { credentials } = (await api.get('/cloudflare-domains/credentials')).body;
    const { uid: credentialUid } = credentials.find((one: Body) => one.domains.includes(name));
    const forget = () => api.call('DELETE', `/cloudflare-domains/credentials/${credentialUid}`);
    expect((await forget()).body).toMatchObject({ code: 'zone_credential_in_use', domains: [name] });
    await api.post('/cloudflare-domains/disconnect', { uids: [uid] });
    await askUntil(
      async () => (await api.get(`/domains/details?uid=${uid}`)).body.domain,
      (domain) => domain.status === 'deleted',
    );
    expect((await forget()).status).toBe(200);
    expect((await forget()).status).toBe(404);
  });
});

describe('cloudflare-domains/disconnect', () => {
  test('takes our records out of the zone and leaves the owner’s as they were', async () => {
    const name = await world.addZone(website);
    const before = zoneOf(name).owners;
    const uid = await connected(name);
    await setUp(name);
    const { status, body } = await api.post('/cloudflare-domains/disconnect', { domain: name });
    expect([status, body.disconnected_count]).toEqual([200, 1]);
    await askUntil(
      async () => (await api.get(`/domains/details?uid=${uid}`)).body.domain,
      (domain) => domain.status === 'deleted',
    );
    expect(zoneOf(name)).toEqual({ owners: before, ours: [] });
    const choice = api.installation.storage.db
      .selectFrom('provider_choice')
      .selectAll()
      .where('domain', '=', name);
    expect(await choice.execute()).toEqual([]);
    // The name is free for whoever proves it next, by an account or by its nameservers.
    await connected(name);
  });

  test('ends also when the credential no longer works, and says what it had to leave behind', async () => {
    const name = await world.addZone(website);
    fake.addToken('gone-by-then', { zones: [name] });
    const uid = await connected(name, 'gone-by-then');
    await setUp(name);
    fake.revoke('gone-by-then');
    await api.post('/cloudflare-domains/disconnect', { uids: [uid] });
    await askUntil(
      async () => (await api.get(`/domains/details?uid=${uid}`)).body.domain,
      (domain) => domain.status === 'deleted',
    );
    const events = api.installation.storage.db
      .selectFrom('event')
      .select('type')
      .where('subject_uid', '=', uid);
    expect((await events.execute()).map(({ type }) => type)).toContain('domain.records_left_behind');
  });

  test('is for domains of this kind only', async () => {
    const { name, uid } = await activeDomain(api);
    for (const body of [{ domain: name }, { uids: [uid] }]) {
      expect((await api.post('/cloudflare-domains/disconnect', body)).status).toBe(404);
    }
    expect((await api.get(`/cloudflare-domains/details?uid=${uid}`)).status).toBe(404);
  });
});
