// Where the world is sent, asked of the zone above.
import { afterEach, expect, test } from 'vitest';
import { dnsAnswer, dnsQuestion, startDnsServer, type TestDnsServer } from '../../testing/dns-server.ts';
import { askParent } from './delegation.ts';

const servers: TestDnsServer[] = [];
afterEach(() => {
  for (const { close } of servers.splice(0)) close();
});

type Records = Record<string, object>;
const record = (name: string, type: string, data: unknown) => ({ name, type, ttl: 900, data });

/** A server that answers `name type` as told, and everything else with nothing. */
const serve = async (answers: Records): Promise<TestDnsServer> => {
  const server = await startDnsServer((query) => {
    const { name, type } = dnsQuestion(query);
    return [dnsAnswer(query, answers[`${name} ${type}`] ?? {})];
  });
  servers.push(server);
  return server;
};
/** One server that is the resolver and, at the address it gives, the server of the zone above. */
const world = (answers: Records) =>
  serve({
    'parent.example NS': { answers: [record('parent.example', 'NS', 'ns.parent.example')] },
    'ns.parent.example A': { answers: [record('ns.parent.example', 'A', '127.0.0.1')] },
    ...answers,
  });
const ask = (server: TestDnsServer, name = 'own.parent.example') =>
  askParent(name, { resolvers: [server], outsideDnsPort: server.port });

test('a referral tells the nameservers and how long resolvers keep them', async () => {
  const referral = ['ns2.host.example', 'NS1.host.example'].map((data) =>
    record('own.parent.example', 'NS', data),
  );
  const server = await world({ 'own.parent.example NS': { authorities: referral } });
  expect(await ask(server)).toEqual({
    nameservers: ['ns1.host.example', 'ns2.host.example'],
    by: 'ns.parent.example',
    source: 'parent',
    ttlS: 900,
    error: null,
  });
});

test('a server of both zones is understood, and one that knows no such name says that it is not delegated', async () => {
  const own = record('own.parent.example', 'NS', 'ns1.host.example');
  const both = await world({ 'own.parent.example NS': { answers: [own] } });
  expect((await ask(both)).nameservers).toEqual(['ns1.host.example']);
  const soa = {
    mname: 'a.example',
    rname: 'b.example',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 1,
  };
  const none = await world({
    'own.parent.example NS': { flags: 3, authorities: [record('parent.example', 'SOA', soa)] },
  });
  expect(await ask(none)).toMatchObject({ nameservers: [], error: null });
});

test('the zone above may be several labels up', async () => {
  const own = record('a.b.parent.example', 'NS', 'ns1.host.example');
  const server = await world({ 'a.b.parent.example NS': { authorities: [own] } });
  expect((await ask(server, 'a.b.parent.example')).nameservers).toEqual(['ns1.host.example']);
});

test('a server that cannot say is passed over, and when none can, that is told', async () => {
  const hosts = ['broken', 'ns'].map((host) => record('parent.example', 'NS', `${host}.parent.example`));
  const own = record('own.parent.example', 'NS', 'ns1.host.example');
  const one = await world({
    'parent.example NS': { answers: hosts },
    'own.parent.example NS': { authorities: [own] },
  });
  expect((await ask(one)).nameservers).toEqual(['ns1.host.example']);

  const refused = await world({ 'own.parent.example NS': { flags: 5 } });
  expect(await ask(refused)).toMatchObject({
    nameservers: null,
    error: 'ns.parent.example answered REFUSED',
  });
  const nobody = await serve({});
  expect(await ask(nobody)).toMatchObject({
    nameservers: null,
    error: 'no resolver knows a zone above own.parent.example',
  });
});
