// Connecting domains whose zone lies in a customer's Cloudflare account, through HTTP, against a fake that speaks
// Cloudflare's wire and nameservers that answer what the fake holds.
import { describe, expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { customerOf, mailElsewhere, useCloudflareWorld, website } from '../../testing/cloudflare-world.ts';
import { askUntil } from '../../testing/follow.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const world = await useCloudflareWorld();
const api = useInstallation(world.environment);
const { fake } = world;
const { as, credential, connect, connected, rowOf, setUp, zoneOf, verify, byLabel } = customerOf(world, api);
const NS = ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'];

describe('cloudflare-domains/connect', () => {
  test('a connected zone is active at once with its own nameservers, and gets our records beside its owner’s', async () => {
    const name = await world.addZone(website);
    const before = zoneOf(name).owners;
    const uid = await connected(name);
    const listed = (await api.post('/domains/list', { keyword: name })).body.domains[0];
    expect(listed).toMatchObject({
      uid,
      name,
      price: 0,
      status: 'active',
      connection_type: 'connected',
      connection_mode: 'cloudflare',
      dns_propagation_status: 'propagated',
      nameserver_match_status: 'matched',
      nameservers: NS,
      actual_nameservers: NS,
      cf_zone_id: fake.zones.get(name)!.id,
      credential_status: 'active',
    });
    await setUp(name);
    const { owners, ours } = zoneOf(name);
    expect(owners).toEqual(before);
    expect(ours.some((line) => /^@ MX 10 /.test(line))).toBe(true);
    expect(ours.some((line) => /^@ TXT "v=spf1 /.test(line))).toBe(true);
    expect(ours.some((line) => /^_dmarc TXT /.test(line))).toBe(true);
    expect(ours.filter((line) => /_domainkey TXT/.test(line)).length).toBeGreaterThan(0);
    // The owner's website stays where it is: ours would have been answered beside it.
    expect(ours.some((line) => /^(@|www) (A|AAAA|CNAME) /.test(line))).toBe(false);
    const health = await verify(name);
    expect(health, JSON.stringify(health)).toMatchObject({
      overall_health: 'healthy',
      needs_repair: false,
      cloudflare_checked: true,
    });
    expect(health.delegation).toMatchObject({ status: 'ok', seen_by: expect.stringMatching(/nic\.com$/) });
    const seen = byLabel(health).MX.checks[0].seen.map((one: Body) => one.by);
    expect(seen).toEqual([
      ...NS,
      ...world.dns.resolvers.split(',').map((one) => expect.stringContaining(one.split(':')[0]!)),
    ]);
  });

  test('with a credential alone checks and stores it', async () => {
    const { status, body } = await connect({ ...credential(), label: 'main' });
    expect([status, body.results, body.connected_count]).toEqual([200, [], 0]);
    const stored = (await api.get('/cloudflare-domains/credentials')).body.credentials;
    expect(stored.filter((one: Body) => one.label === 'main')).toHaveLength(1);
  });

  test('refuses a credential that is none, reaches nothing or has no right to DNS, each in its words, and stores none', async () => {
    fake.addToken('reaches-nothing', { zones: [] });
    fake.addToken('reads-no-dns', { readsDns: false });
    const team = await addTeam(api.installation);
    const said = [];
    for (const token of ['nobodys-token', 'reaches-nothing', 'reads-no-dns']) {
      const { status, body } = await connect(credential(token), team);
      said.push([status, body.code, body.message.slice(0, 42)]);
    }
    expect(said).toEqual([
      [400, 'invalid_credential', 'Invalid API token'],
      [400, 'no_zones_found', 'No zones found: the credential reaches non'],
      [400, 'no_dns_access', 'The API token does not have DNS access. Cl'],
    ]);
    expect((await api.get('/cloudflare-domains/credentials', as(team))).body.total).toBe(0);
  });

  test('takes a global key with the e-mail address it belongs to, and says which is missing', async () => {
    const name = await world.addZone();
    fake.addGlobalKey('mara@northpeak.example', 'a1b2c3d4e5');
    const lacking = await connect({ auth_type: 'global_api_key', domains: [name] });
    expect(lacking.status).toBe(400);
    expect(lacking.body.problems.map(({ path }: Body) => path)).toEqual(['global_api_key', 'email']);
    const body = { auth_type: 'global_api_key', api_token: 'a1b2c3d4e5', email: 'mara@northpeak.example' };
    expect((await connect({ ...body, domains: [name] })).body.connected_count).toBe(1);
  });

  test('refuses connect_all beside domains, and names of which none is a zone of the account', async () => {
    const both = await connect({ ...credential(), connect_all: true, domains: [freshName()] });
    expect([both.status, both.body.problems[0].message]).toEqual([
      400,
      'connect_all and domains are mutually exclusive',
    ]);
    const { status, body } = await connect({ ...credential(), domains: [freshName()] });
    expect([status, body.code]).toEqual([400, 'domain_not_allowed']);
    expect(body.message).toMatch(/^domain is not allowed/);
  });

  test('has a result for every name: one that cannot be connected holds up no other', async () => {
    const [good, waiting, missing] = [await world.addZone(), freshName(), freshName()];
    fake.zones.add(waiting, { status: 'pending' });
    const again = await world.addZone();
    await connected(again);
    const bought = (await activeDomain(api)).name;
    fake.zones.add(bought);
    const { body } = await connect({ ...credential(), domains: [good, waiting, missing, again, bought] });
    expect(body).toMatchObject({
      connected_count: 1,
      reconnected_count: 0,
      failed_count: 2,
      skipped_count: 2,
    });
    expect(body.results.map((row: Body) => [row.zone_name, row.success, row.code])).toEqual([
      [good, true, null],
      [waiting, false, 'zone_not_delegated'],
      [missing, false, 'zone_not_found'],
      [again, true, null],
      [bought, true, null],
    ]);
    expect(body.skipped.map((row: Body) => [row.name, row.reason])).toEqual([
      [again, 'already_connected'],
      [bought, 'already_exists'],
    ]);
  });

  test('connects every zone of the account when asked for all', async () => {
    const team = await addTeam(api.installation);
    const names = [await world.addZone(), await world.addZone(), await world.addZone()];
    fake.addToken('three-zones', { zones: names });
    for (const name of names) fake.zones.get(name)!.account = { id: team.teamUid, name: 'Three' };
    const { body } = await connect({ ...credential('three-zones'), connect_all: true }, team);
    expect(body.connected_count).toBe(3);
    const { body: list } = await api.get('/cloudflare-domains/list?limit=2', as(team));
    expect([list.total, list.pages, list.domains.length]).toEqual([3, 2, 2]);
  });

  test('tells what stands in a zone already, and leaves such a zone alone when asked to', async () => {
    const name = await world.addZone(mailElsewhere);
    const before = fake.zones.get(name)!.records;
    const { body } = await connect({ ...credential(), domains: [name], validateDNS: true });
    expect(body).toMatchObject({ connected_count: 0, failed_count: 1 });
    expect(body.results[0]).toMatchObject({
      success: false,
      code: 'zone_conflict',
      dns_conflict: {
        has_conflict: true,
        labels: ['MX', 'SPF'],
        records: [
          { type: 'MX', host: '@', value: 'aspmx.l.google.example' },
          { type: 'TXT', host: '@', value: 'v=spf1 include:_spf.google.example ~all' },
        ],
      },
    });
    expect(fake.zones.get(name)!.records).toEqual(before);
  });

  test('a domain of another customer’s cannot be taken, and their account not used', async () => {
    const name = await world.addZone();
    await connected(name);
    const stranger = await addTeam(api.installation);
    const refused = await connect({ ...credential(), domains: [name] }, stranger);
    expect([refused.status, refused.body.code]).toEqual([409, 'ACCOUNT_ALREADY_USED']);
    // The same name in an account of their own proves nothing that the first did not prove.
    fake.addToken('strangers', { zones: [name] });
    fake.zones.get(name)!.account = { id: stranger.teamUid, name: 'Strangers' };
    const { body } = await connect({ ...credential('strangers'), domains: [name] }, stranger);
    expect(body.results[0]).toMatchObject({ success: false, code: 'domain_held_elsewhere' });
    // A credential that reaches both accounts connects what is in its own.
    const { body: mixed } = await connect({ ...credential(), domains: [name, await world.addZone()] });
    expect(mixed.results.map((row: Body) => row.code)).toEqual(['ACCOUNT_ALREADY_USED', null]);
    expect((await rowOf(name)).status).toBe('active');
  });

  test('that is asked twice under one idempotency key is done once', async () => {
    const name = await world.addZone();
    const options = { headers: { 'Idempotency-Key': `cf-${name}` } };
    const body = { ...credential(), domains: [name] };
    const replies = [
      await api.post('/cloudflare-domains/connect', body, options),
      await api.post('/cloudflare-domains/connect', body, options),
    ];
    expect(replies[0]!.body.connected_count).toBe(1);
    expect(replies[1]!.body).toEqual(replies[0]!.body);
  });

  test('says when to come back while Cloudflare wants no more calls, and has changed nothing', async () => {
    const name = await world.addZone();
    fake.limitFor(1_200);
    const { status, body, headers } = await connect({ ...credential(), domains: [name] });
    expect([status, body.code]).toEqual([503, 'dns_host_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await new Promise((wake) => setTimeout(wake, 1_300));
    await connected(name);
  });
});

test('zones of an account cannot be listed before a credential was given', async () => {
  const team = await addTeam(api.installation);
  const { status, body } = await api.get('/cloudflare-domains/zones', as(team));
  expect([status, body.message]).toEqual([
    404,
    'No Cloudflare credentials found. Use the /connect endpoint first to save credentials.',
  ]);
});

test('mailboxes bought on a zone that was connected a moment ago wait for its mail to be set up, and work', async () => {
  const name = await world.addZone(website);
  await connected(name);
  const bought = await api.post('/mailboxes/buy', {
    mailboxes: [
      { first_name: 'Mara', last_name: 'Voss', username: 'mara', domain_name: name, platform: 'GOOGLE' },
    ],
    use_wallet_balance: true,
  });
  expect(bought.status, JSON.stringify(bought.body)).toBe(200);
  const { uid } = bought.body.mailboxes[0];
  await askUntil(
    async () => (await api.post('/mailboxes/status', { uids: [uid] })).body.mailboxes[0],
    (mailbox) => mailbox.status === 'active',
  );
});
