// Holds a zone against the world: what it should hold, what every server answers, where the world is sent.
import type { Clock } from '../../../database/clock.ts';
import { toAbsolute } from '../../../protocols/dns/names.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { HeldDkimKey, Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { FeatureContext } from '../context.ts';
import { findServers, look, lookForSoa, type Reachable, type View, type ViewKind } from './ask.ts';
import { type Delegation, readDelegation } from './delegation.ts';
import { type Diagnosis, diagnose, type Finding } from './diagnose.ts';
import { hostOf } from './publish.ts';
import { type SeenBy, type Status, type Times, type Verdict, verdictOf, worst } from './verdict.ts';
import { dataOf, hostedAsItIs, type NewRecord, type Zone, type ZoneRecord } from './zone.ts';

export type Needs = Pick<FeatureContext, 'providers' | 'settings'> & { clock: Clock };

/** One record that should be there, or one that should not. */
export type RecordCheck = {
  /** Null for what is not ours: a record that must go, one of the zone's owner's, and the zone's own nameservers. */
  record: ZoneRecord | null;
  place: Pick<NewRecord, 'host' | 'type' | 'purpose'>;
  /** In presentation format; null for a record that must go. */
  expected: string | null;
  status: Status;
  published: string[];
  seen: SeenBy[];
  /** What is wrong in the zone itself. */
  findings: Finding[];
  lookAgainAt: Date | null;
};

export type DelegationCheck = Delegation & {
  expected: string[];
  status: Status;
  lookAgainAt: Date | null;
};

export type Examination = {
  zone: Zone;
  /** The keys mail is signed with; null when the mailbox host could not be asked. */
  keys: HeldDkimKey[] | null;
  diagnosis: Diagnosis;
  checks: RecordCheck[];
  delegation: DelegationCheck;
  /** Whether any authoritative nameserver answered. */
  reached: boolean;
};

/** How long a change may be on its way before it counts as lost. */
const PUBLISHING_MS = 60_000;
const REGISTRY_TTL_S = 3600;
const REFRESH_S = 3600;

export const examineZone = async (
  context: Needs,
  zone: Zone,
  records: ZoneRecord[],
  platform: Platform | null,
): Promise<Examination> => {
  const now = context.clock.now();
  const keys = await heldKeys(context, zone, platform);
  const owners = await ownersRecordsNow(context, zone);
  const diagnosis = diagnose({ ...zone, owners }, records, keys, now);
  const { resolvers } = context.settings;
  const nameservers = await hostOf(context.providers, zone).nameservers(zone.name);
  const servers = await findServers(nameservers, context.settings);
  const [views, soas, delegation] = await Promise.all([
    lookAtAll([...diagnosis.records, ...diagnosis.served], zone.name, servers, resolvers),
    Promise.all(servers.map((server) => lookForSoa(server, zone.name))),
    readDelegation(context, zone),
  ]);

  const newest = Math.max(0, ...soas.flatMap((soa) => soa?.serial ?? []));
  const times: Times = {
    now,
    isBeingPublished:
      zone.publishedVersion < zone.version &&
      zone.publishError === null &&
      now.getTime() - zone.updatedAt.getTime() < PUBLISHING_MS,
    behind: new Set(soas.flatMap((soa) => (soa && soa.serial < newest ? [soa.server] : []))),
    refreshS: soas.find((soa) => soa !== null)?.refreshS ?? REFRESH_S,
  };
  return {
    zone: { ...zone, owners },
    keys,
    diagnosis,
    checks: [
      ...checksOf(zone.name, diagnosis, views, times),
      ...nameserverChecks(
        zone.name,
        nameservers.map(({ name }) => name),
        views,
        times,
      ),
    ],
    delegation: checkDelegation(
      delegation,
      nameservers.map(({ name }) => name),
      now,
    ),
    reached: soas.some((soa) => soa !== null),
  };
};

/** What the owner keeps in the zone at this moment; as last seen when its host cannot be asked. */
const ownersRecordsNow = async (
  { providers }: Pick<Needs, 'providers'>,
  zone: Zone,
): Promise<Zone['owners']> => {
  if (zone.owners === null) return null;
  try {
    return await hostOf(providers, zone).ownersRecords(zone.name);
  } catch (error) {
    if (error instanceof ProviderFailure) return zone.owners;
    throw error;
  }
};

/** The keys mail of the domain is signed with; null when its mailbox host cannot say. */
export const heldKeys = async (
  { providers }: Pick<Needs, 'providers'>,
  zone: Zone,
  platform: Platform | null,
): Promise<HeldDkimKey[] | null> => {
  try {
    return await mailboxHostOf(providers, zone, platform).dkimKeys(zone.name);
  } catch (error) {
    if (error instanceof ProviderFailure) return null;
    throw error;
  }
};

/** The host of the domain's mailboxes; the installation's own while there are none. */
export const mailboxHostOf = (
  providers: Needs['providers'],
  zone: Pick<Zone, 'workspaceUid' | 'name'>,
  platform: Platform | null,
) => providers.mailboxHost(platform ?? 'SMTP', { workspaceId: zone.workspaceUid, domain: zone.name });

const setKey = ({ name, type }: { name: string; type: string }) => `${name} ${type}`;

const lookAtAll = async (
  records: ZoneRecord[],
  zone: string,
  servers: Reachable[],
  resolvers: Reachable[],
): Promise<Map<string, View[]>> => {
  const sets = new Map(
    [{ name: zone, type: 'NS' }, ...records.map((record) => hostedAsItIs(zone, record))].map(
      ({ name, type }) => [setKey({ name, type }), { name, type }],
    ),
  );
  const asked: [Reachable, ViewKind][] = [
    ...servers.map((server): [Reachable, ViewKind] => [server, 'nameserver']),
    ...resolvers.map((server): [Reachable, ViewKind] => [server, 'resolver']),
  ];
  const views = [...sets].map(
    async ([key, question]) =>
      [key, await Promise.all(asked.map(([server, kind]) => look(server, kind, question)))] as const,
  );
  return new Map(await Promise.all(views));
};

const checksOf = (
  zone: string,
  { records, findings, served }: Diagnosis,
  views: Map<string, View[]>,
  times: Times,
): RecordCheck[] => {
  const hosted = [...records, ...served].map((record) => ({ record, ...hostedAsItIs(zone, record) }));
  const sets = Map.groupBy(hosted, setKey);
  const cuts = hosted.filter(({ type, name }) => type === 'NS' && name !== zone).map(({ name }) => name);
  const checks = hosted.map(({ record, data, name, type }): RecordCheck => {
    const set = sets
      .get(setKey({ name, type }))!
      .map((one) => ({ purpose: one.record.purpose, data: one.data }));
    const verdict: Verdict = isHandedOver({ name, type }, cuts)
      ? { status: 'not_applicable', seen: [], lookAgainAt: null }
      : verdictOf(
          { purpose: record.purpose, type, data, set },
          views.get(setKey({ name, type })) ?? [],
          times,
        );
    const own = findings.filter(({ uid }) => uid === record.uid);
    const { host, purpose } = record;
    return {
      record: served.includes(record) ? null : record,
      place: { host, type, purpose },
      expected: data,
      // What servers show of a zone that is wrong in itself only follows from that.
      status: own.length > 0 ? worst(own.map(({ problem }) => problem)) : verdict.status,
      published: [...new Set(verdict.seen.flatMap(({ published }) => published))],
      seen: verdict.seen,
      findings: own,
      lookAgainAt: verdict.lookAgainAt,
    };
  });
  const known = new Set(records.map(({ uid }) => uid));
  const unwanted = findings
    .filter(({ uid }) => uid === null || !known.has(uid))
    .map(
      (finding): RecordCheck => ({
        record: null,
        place: { host: finding.host, type: finding.type, purpose: finding.purpose },
        expected: finding.leftOut ? dataOf(finding.leftOut) : null,
        status: finding.problem,
        published: finding.leftOut ? finding.found : [],
        seen: [],
        findings: [finding],
        lookAgainAt: null,
      }),
    );
  return [...checks, ...unwanted];
};

/** The zone's own NS records, which its DNS host keeps. */
const nameserverChecks = (
  zone: string,
  nameservers: string[],
  views: Map<string, View[]>,
  times: Times,
): RecordCheck[] => {
  const purpose = 'nameservers';
  const set = nameservers.map((name) => ({ purpose, data: toAbsolute(name) }));
  const seen = views.get(setKey({ name: zone, type: 'NS' })) ?? [];
  return set.map(({ data }): RecordCheck => {
    const verdict = verdictOf({ purpose, type: 'NS', data, set }, seen, times);
    return {
      record: null,
      place: { host: '@', type: 'NS', purpose },
      expected: data,
      status: verdict.status,
      published: [...new Set(verdict.seen.flatMap(({ published }) => published))],
      seen: verdict.seen,
      findings: [],
      lookAgainAt: verdict.lookAgainAt,
    };
  });
};

/** Names that this zone hands over to other servers are theirs to answer for (RFC 1034 §4.2.1). */
const isHandedOver = ({ name, type }: { name: string; type: string }, cuts: string[]): boolean =>
  cuts.some((cut) => (name === cut ? type !== 'NS' && type !== 'DS' : name.endsWith(`.${cut}`)));

const checkDelegation = (delegation: Delegation, nameservers: string[], now: Date): DelegationCheck => {
  const expected = nameservers.map((name) => name.toLowerCase()).toSorted();
  const found = delegation.nameservers;
  const same = found !== null && found.join() === expected.join();
  // With no resolver to ask and no registration here, where the world is sent is beyond this installation.
  const isUnknown = found === null && delegation.source === 'registration' && !delegation.changeable;
  const status: Status = same
    ? 'ok'
    : isUnknown
      ? 'not_applicable'
      : found === null
        ? 'unreachable'
        : found.length === 0
          ? 'missing'
          : 'mismatch';
  const waitS = delegation.ttlS ?? REGISTRY_TTL_S;
  const lookAgainAt =
    status === 'ok' || status === 'not_applicable' ? null : new Date(now.getTime() + waitS * 1000);
  return { ...delegation, expected, status, lookAgainAt };
};
