// Domains of registrars that this installation knows nothing of: what counts is what real DNS servers say, the zone above
// first of all. The servers here are real ones of a small internet, and single ones of them lie or die.
import { afterAll, describe, expect, test } from 'vitest';
import { type DnsWorld, startDnsWorld } from '../../testing/dns-world.ts';
import { askUntil } from '../../testing/follow.ts';
import { freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const world: DnsWorld = await startDnsWorld(['com']);
const api = useInstallation({
  INBOXKIT_DNS_RESOLVERS: world.resolvers,
  INBOXKIT_DNS_OUTSIDE_PORT: String(world.port),
});
afterAll(() => world.close());
const ours = ['ns1.inboxkit.localhost', 'ns2.inboxkit.localhost'];
const elsewhere = ['ns1.elsewhere.com', 'ns2.elsewhere.com'];
const resolvers = ['first', 'second', 'third'].map((name) => `${name}.resolver.test`);

const connect = async (name: string): Promise<Body> =>
  (await api.post('/domains/nameservers', { domains: [name] })).body.result[0];
const check = async (name: string): Promise<Body> =>
  (await api.post('/domains/nameservers/check-propagation', { domains: [name] })).body.result[0];
const untilActive = (name: string): Promise<Body> =>
  askUntil(
    async () => (await api.get(`/domains/details?domain=${name}`)).body.domain,
    (row) => row.status === 'active',
  );
/** Has the resolvers find in our zone what our nameservers really answer. */
const resolveOurs = async (name: string, only: readonly string[] = resolvers) => {
  const zone = await api.installation.context.providers.dnsHost().readZone(name);
  for (const resolver of only) {
    world.tamper(resolver, (question) => {
      const found = zone?.records.filter(
        (record) => record.name === question.name && record.type === question.type,
      );
      return question.name.endsWith(name) && found?.length ? found : null;
    });
  }
};
const honest = () => {
  for (const resolver of resolvers) world.tamper(resolver, undefined);
};

describe('a domain of another registrar', () => {
  test('waits for what the zone above says, and is set up when that sends the world here', async () => {
    const name = freshName();
    world.delegate(name, elsewhere);
    expect(await connect(name)).toMatchObject({ nameservers: ours, error: null });
    expect(await check(name)).toMatchObject({
      status: 'waiting_for_dns_propagation',
      propagated: false,
      actual_nameservers: elsewhere,
      reason: expect.stringMatching(
        /^a\.nic\.com sends the world to ns1\.elsewhere\.com, ns2\.elsewhere\.com; /,
      ),
    });
    expect(world.asked('a.nic.com')).toContain(`${name} NS`);
    world.delegate(name, ours);
    expect(await untilActive(name)).toMatchObject({
      actual_nameservers: ours,
      nameserver_match_status: 'matched',
    });
    expect(await check(name)).toMatchObject({ propagated: true, reason: null });
  });

  test('that is delegated to us beside others, or at one server of the zone above only, is not ours yet', async () => {
    const name = freshName();
    world.delegate(name, [...ours, elsewhere[0]!]);
    await connect(name);
    expect((await check(name)).propagated).toBe(false);
    world.delegate(name, ours);
    world.tamper('b.nic.com', (question) =>
      question.name === name ? elsewhere.map((data) => ({ name, type: 'NS', data: `${data}.` })) : null,
    );
    const row = await check(name);
    expect(row.propagated).toBe(false);
    expect(row.reason).toMatch(/^a\.nic\.com and b\.nic\.com send the world to /);
    world.tamper('b.nic.com', undefined);
    await untilActive(name);
  });

  test('that nobody delegates any more is found by verify, which names who said so and what to do', async () => {
    const name = freshName();
    world.delegate(name, ours);
    await connect(name);
    await untilActive(name);
    world.delegate(name, elsewhere);
    const { delegation } = (await api.post('/dns/verify', { domain: name })).body.results[0];
    expect(delegation).toMatchObject({
      status: 'mismatch',
      expected: ours,
      published: elsewhere,
      seen_by: 'a.nic.com',
    });
    expect(delegation.fix).toMatch(
      /^Set the nameservers of \S+ at its registrar to ns1\.inboxkit\.localhost and /,
    );
    expect(delegation.look_again_at).not.toBeNull();
  });
});

describe('one server that lies or is dead', () => {
  test('among the resolvers neither proves a domain nor keeps one from being proven', async () => {
    const name = freshName();
    world.delegate(name, elsewhere);
    // It says that other servers, which say what it likes, are those of the zone above.
    await world.host('evil.com', ['ns.evil.com'], () => []);
    world.tamper('ns.evil.com', () => ours.map((data) => ({ name, type: 'NS', data: `${data}.` })));
    world.tamper(resolvers[0]!, (question) =>
      question.name === 'com' ? [{ name: 'com', type: 'NS', data: 'ns.evil.com.' }] : null,
    );
    await connect(name);
    expect(await check(name)).toMatchObject({ propagated: false, actual_nameservers: elsewhere });
    world.delegate(name, ours);
    expect(await untilActive(name)).toMatchObject({ actual_nameservers: ours });
    honest();
  });

  test('of the resolvers is named by verify, and the others’ word stands', async () => {
    const name = freshName();
    world.delegate(name, ours);
    await connect(name);
    await untilActive(name);
    await resolveOurs(name);
    const healthy = (await api.post('/dns/verify', { domain: name })).body.results[0];
    const mx = healthy.records.find((row: Body) => row.label === 'MX');
    expect(mx.status, JSON.stringify(mx)).toBe('ok');
    expect(mx.checks[0].seen.map((one: Body) => [one.kind, one.status])).toEqual([
      ['nameserver', 'ok'],
      ['nameserver', 'ok'],
      ['resolver', 'ok'],
      ['resolver', 'ok'],
      ['resolver', 'ok'],
    ]);
    world.tamper(resolvers[0]!, (question) =>
      question.type === 'MX'
        ? [{ name: question.name, type: 'MX', data: '10 mx.evil.com.', ttlS: 777 }]
        : null,
    );
    world.tamper(resolvers[1]!, 'dead');
    const before = Date.now();
    const row = (await api.post('/dns/verify', { domain: name })).body.results[0].records.find(
      (one: Body) => one.label === 'MX',
    );
    // Nameservers are right: what a resolver still says otherwise ends with the TTL it was told.
    expect(row.status).toBe('pending');
    expect(new Date(row.look_again_at).getTime()).toBeGreaterThanOrEqual(before + 777_000);
    const byServer = row.checks[0].seen.map((one: Body) => [one.kind, one.status, one.published, one.note]);
    expect(byServer.slice(2)).toEqual([
      ['resolver', 'mismatch', ['10 mx.evil.com'], null],
      ['resolver', 'unreachable', [], 'did not answer within 2 s'],
      ['resolver', 'ok', [expect.stringMatching(/^10 /)], null],
    ]);
    honest();
  });

  test('of the zone above is passed over', async () => {
    const name = freshName();
    world.delegate(name, ours);
    world.tamper('a.nic.com', 'dead');
    await connect(name);
    expect(await untilActive(name)).toMatchObject({ nameserver_match_status: 'matched' });
    world.tamper('a.nic.com', undefined);
  });
});
