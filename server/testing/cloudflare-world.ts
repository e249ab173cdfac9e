// An installation whose customers have zones at the fake of Cloudflare, with nameservers that answer for them.
import { afterAll, expect } from 'vitest';
import { type FakeCloudflare, startFakeCloudflare } from '../../providers/cloudflare/fake.ts';
import type { OwnersRecord } from '../../providers/cloudflare/fake-zones.ts';
import { fromWire } from '../../providers/cloudflare/records.ts';
import { type DnsWorld, startDnsWorld } from './dns-world.ts';
import { askUntil } from './follow.ts';
import { freshName } from './order-body.ts';
import type { Team } from './second-team.ts';
import type { Body, TestInstallation } from './test-installation.ts';

export const TOKEN = 'cf-test-token-0123456789';

export type CloudflareWorld = {
  fake: FakeCloudflare;
  dns: DnsWorld;
  /** What an installation needs to be told to live in this world. */
  environment: Record<string, string>;
  /** A zone of a customer's, delegated to Cloudflare and answered for by its nameservers. */
  addZone(records?: OwnersRecord[]): Promise<string>;
};

/** Call at the top level of a file. */
export const useCloudflareWorld = async (): Promise<CloudflareWorld> => {
  const fake = await startFakeCloudflare();
  const dns = await startDnsWorld();
  fake.addToken(TOKEN);
  afterAll(async () => {
    dns.close();
    await fake.close();
  });
  return {
    fake,
    dns,
    environment: {
      INBOXKIT_CLOUDFLARE_URL: fake.baseUrl,
      INBOXKIT_DNS_RESOLVERS: dns.resolvers,
      INBOXKIT_DNS_OUTSIDE_PORT: String(dns.port),
    },
    addZone: async (records = []) => {
      const name = freshName();
      const zone = fake.zones.add(name, {
        records: records.map((record) => ({
          ...record,
          name: record.name === '@' ? name : `${record.name}.${name}`,
        })),
      });
      await dns.host(name, zone.name_servers, () =>
        (fake.zones.get(name)?.records ?? [])
          .filter(({ type }) => type !== 'CAA')
          .map((record) => fromWire(record, record.id)),
      );
      dns.delegate(name, zone.name_servers);
      return name;
    },
  };
};

/** What the owner of a website has in a zone. */
export const website: OwnersRecord[] = [
  { name: '@', type: 'A', content: '198.51.100.7' },
  { name: 'www', type: 'CNAME', content: 'sites.northpeak.example' },
  { name: '@', type: 'TXT', content: '"site-verification=1234"' },
];
export const mailElsewhere: OwnersRecord[] = [
  ...website,
  { name: '@', type: 'MX', content: 'aspmx.l.google.example', priority: 1 },
  { name: '@', type: 'TXT', content: '"v=spf1 include:_spf.google.example ~all"' },
];

/** What a customer with zones in this world does, and sees. */
export const customerOf = (world: CloudflareWorld, api: TestInstallation) => {
  const as = (team?: Team) => (team ? { key: team.key, workspace: team.workspaceUid } : {});
  const credential = (token = TOKEN) => ({ auth_type: 'api_token', api_token: token });
  const connect = (body: object, team?: Team) => api.post('/cloudflare-domains/connect', body, as(team));
  const connected = async (name: string, token = TOKEN): Promise<string> => {
    const { status, body } = await connect({ ...credential(token), domains: [name] });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.connected_count, JSON.stringify(body)).toBe(1);
    return body.domains[0].uid;
  };
  const rowOf = async (name: string): Promise<Body> =>
    (await api.get(`/cloudflare-domains/details?domain=${name}`)).body.domain;
  /** Until our records are in the zone and seen there. */
  const setUp = async (name: string): Promise<Body> => {
    await askUntil(
      async () => (await api.get(`/dns/list?domain=${name}`)).body.dns_record,
      (zone) => zone?.published_version === zone?.version && zone?.records.length > 0,
    );
    return askUntil(
      () => mailPlatform(name),
      (platform) => platform !== null,
    );
  };
  const mailPlatform = async (name: string) =>
    (
      await api.installation.storage.db
        .selectFrom('domain')
        .select('mail_platform')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
    ).mail_platform;
  /** The records of a zone at the fake: the owner's, and ours. */
  const zoneOf = (name: string) => {
    const { records } = world.fake.zones.get(name)!;
    const line = ({ name: at, type, content, priority }: (typeof records)[number]) =>
      [at.replace(`.${name}`, '').replace(name, '@'), type, priority, content]
        .filter((part) => part !== undefined)
        .join(' ');
    return {
      owners: records
        .filter(({ comment }) => !comment)
        .map(line)
        .toSorted(),
      ours: records
        .filter(({ comment }) => comment)
        .map(line)
        .toSorted(),
    };
  };
  const verify = async (name: string): Promise<Body> =>
    (await api.post('/dns/verify', { domain: name })).body.results[0];
  const byLabel = (health: Body) => Object.fromEntries(health.records.map((row: Body) => [row.label, row]));

  return { as, credential, connect, connected, rowOf, setUp, zoneOf, verify, byLabel };
};
