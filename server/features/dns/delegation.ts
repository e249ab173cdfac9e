// Which nameservers the world is sent to: what the zone above the domain says, or, where no resolver is configured,
// what the registration says, which is what its registry puts there, or what the DNS host has seen itself.
import { parentName } from '../../../protocols/dns/names.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { Registration } from '../../../providers/contracts/registrar.ts';
import type { FeatureContext } from '../context.ts';
import { addressOf, agreed, type Outside, type Reachable } from './ask.ts';
import { type DnsServer, NoAnswer, queryServer } from './query.ts';

export type Delegation = {
  /** Names of nameservers, sorted; empty when the domain is not delegated; null when nobody could say. */
  nameservers: string[] | null;
  /** Who said it. */
  by: string;
  source: 'parent' | 'registration' | 'dns-host';
  /** How long resolvers keep it, in seconds; null when unknown. */
  ttlS: number | null;
  /** Why nobody could say. */
  error: string | null;
  /** Whether the registrar of this installation holds the name, and so can change the delegation. */
  changeable: boolean;
};

/** Big zones have a dozen servers; a few tell whether they agree. */
const MOST_PARENT_SERVERS = 4;

type Needs = Pick<FeatureContext, 'providers' | 'settings'>;
type Domain = { name: string; workspaceUid: string };

export const readDelegation = async (context: Needs, domain: Domain): Promise<Delegation> => {
  const { resolvers } = context.settings;
  const registration = await findRegistration(context, domain);
  const held = registration instanceof ProviderFailure ? null : registration;
  const changeable = held?.status === 'active';
  const unheld = `does not hold the name${resolvers.length === 0 ? ', and INBOXKIT_DNS_RESOLVERS names nobody else to ask' : ''}`;
  const registered: Delegation = {
    nameservers: held ? held.nameservers.map((name) => name.toLowerCase()).toSorted() : null,
    by: 'the registrar',
    source: 'registration',
    ttlS: null,
    error: registration instanceof ProviderFailure ? registration.message : held ? null : unheld,
    changeable,
  };
  if (resolvers.length === 0) return held ? registered : ((await seenByHost(context, domain)) ?? registered);
  const parent = await askParent(domain.name, context.settings);
  // A registry of this installation's own is in no DNS; its word is then the only one there is.
  return parent.nameservers?.length || !changeable ? { ...parent, changeable } : registered;
};

/** Null where the DNS host does not look, or cannot be asked. */
const seenByHost = async (
  { providers }: Needs,
  { name, workspaceUid }: Domain,
): Promise<Delegation | null> => {
  try {
    const seen = await providers.dnsHost({ workspaceId: workspaceUid, domain: name }).seenDelegation(name);
    if (seen === null) return null;
    const nameservers = seen.map((host) => host.toLowerCase()).toSorted();
    const said = { by: 'the DNS host', source: 'dns-host', ttlS: null, error: null } as const;
    return { ...said, nameservers, changeable: false };
  } catch (error) {
    if (error instanceof ProviderFailure) return null;
    throw error;
  }
};

const findRegistration = async (
  { providers }: Needs,
  { name, workspaceUid }: Domain,
): Promise<Registration | ProviderFailure | null> => {
  try {
    return await providers.registrar({ workspaceId: workspaceUid, domain: name }).findRegistration({ name });
  } catch (error) {
    if (error instanceof ProviderFailure) return error;
    throw error;
  }
};

/** Asks the servers of the zone above, found through a resolver, which nameservers they refer to (RFC 1034 §4.3.2). */
export const askParent = async (
  name: string,
  { resolvers, outsideDnsPort }: Outside,
): Promise<Omit<Delegation, 'changeable'>> => {
  const said = { source: 'parent' as const, ttlS: null, error: null };
  const servers = (await parentServers(name, resolvers, outsideDnsPort)).slice(0, MOST_PARENT_SERVERS);
  const asked = await Promise.all(
    servers.map(async (server) => ({ by: server.name, ...(await refer(server, name)) })),
  );
  const answers = asked.flatMap((one) => ('failure' in one ? [] : [one]));
  const [first] = answers;
  if (!first) {
    const failures = asked.flatMap((one) => ('failure' in one ? [`${one.by} ${one.failure}`] : []));
    const error = failures.join('; ') || `no resolver knows a zone above ${name}`;
    return { ...said, nameservers: null, by: 'the zone above', error };
  }
  if (answers.every(({ nameservers }) => nameservers.join() === first.nameservers.join())) {
    return { ...said, nameservers: first.nameservers, ttlS: first.ttlS, by: first.by };
  }
  // A change is on its way through the servers of the zone above, and the world is sent to the old and to the new.
  return {
    ...said,
    nameservers: [...new Set(answers.flatMap(({ nameservers }) => nameservers))].toSorted(),
    ttlS: first.ttlS,
    by: answers.map(({ by }) => by).join(' and '),
  };
};

/** The servers of the closest zone above the name; a name between the two has no NS records of its own. */
const parentServers = async (
  name: string,
  resolvers: readonly DnsServer[],
  port: number,
): Promise<Reachable[]> => {
  for (let zone = parentName(name); zone !== undefined; zone = parentName(zone)) {
    const data = await agreed(resolvers, { name: zone, type: 'NS' });
    const names = data.flatMap((one) => (one.type === 'NS' ? [one.target] : [])).toSorted();
    if (names.length > 0) return Promise.all(names.map((host) => reach(host, resolvers, port)));
  }
  return [];
};

const reach = async (host: string, resolvers: readonly DnsServer[], port: number): Promise<Reachable> => {
  const address = await addressOf(host, resolvers);
  return address ? { name: host, address, port } : { name: host, unreachable: 'has no address in DNS' };
};

const refer = async (
  server: Reachable,
  name: string,
): Promise<{ nameservers: string[]; ttlS: number | null } | { failure: string }> => {
  if ('unreachable' in server) return { failure: server.unreachable };
  try {
    const { rcode, answers, authorities } = await queryServer(server, { name, type: 'NS' });
    if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { failure: `answered ${rcode}` };
    // In a referral they are beside the answer; a server of both zones gives them as its answer.
    const records = [...answers, ...authorities].filter((record) => record.name === name);
    const targets = records.flatMap(({ data }) => (data.type === 'NS' ? [data.target] : []));
    return { nameservers: [...new Set(targets)].toSorted(), ttlS: records[0]?.ttlS ?? null };
  } catch (error) {
    if (error instanceof NoAnswer) return { failure: error.message };
    throw error;
  }
};
