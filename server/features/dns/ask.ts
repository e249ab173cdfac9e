// Asking nameservers and resolvers what they really answer. Nothing here trusts what the program believes it published.
import { Resolver } from 'node:dns/promises';
import { joinText } from '../../../protocols/dns/character-strings.ts';
import type { DnsRecord, DnsResponse } from '../../../protocols/dns/message.ts';
import { formatRdata, parseRdata } from '../../../protocols/dns/presentation.ts';
import { InvalidRdataError, type RecordData } from '../../../protocols/dns/rdata.ts';
import type { HostedRecord, Nameserver } from '../../../providers/contracts/dns-host.ts';
import type { FeatureSettings } from '../context.ts';
import { type DnsServer, NoAnswer, queryServer } from './query.ts';

/** What one nameserver answered for one owner name and type. */
export type Sighting = {
  nameserver: string;
  name: string;
  type: string;
  /** Data that was expected and not seen, in presentation format; empty when all is there. */
  missing: string[];
  /** Why there was no answer at all, e.g. `refused the connection`; null when there was one. */
  error: string | null;
};

/** Asks every nameserver for every record and answers what each of them lacks. */
export const askForRecords = async (
  nameservers: readonly Nameserver[],
  expected: readonly HostedRecord[],
  outside: Outside,
): Promise<Sighting[]> => {
  const sets = Map.groupBy(expected, ({ name, type }) => `${name} ${type}`);
  const servers = await findServers(nameservers, outside);
  const sightings = servers.flatMap((server) =>
    [...sets.values()].map(async (records): Promise<Sighting> => {
      const { name, type } = records[0]!;
      const view = await look(server, 'nameserver', { name, type });
      const seen = new Set(view.data.map(({ data }) => saying(data)));
      const missing = records.map(({ data }) => data).filter((data) => !seen.has(sayingOfText(type, data)));
      return { nameserver: server.name, name, type, missing, error: view.error };
    }),
  );
  return Promise.all(sightings);
};

/** A server to ask, or one that has no address to ask it at. */
export type Reachable = DnsServer | { name: string; unreachable: string };

/** How the world outside of this installation is asked. */
export type Outside = Pick<FeatureSettings, 'resolvers' | 'outsideDnsPort'>;

/** Where nameservers are reached: as their host says, else through the resolvers, else through the system's. */
export const findServers = (
  nameservers: readonly Nameserver[],
  { resolvers, outsideDnsPort }: Outside,
): Promise<Reachable[]> =>
  Promise.all(
    nameservers.map(async ({ name, address, port = outsideDnsPort }): Promise<Reachable> => {
      const found = address ?? (await addressOf(name, resolvers));
      return found ? { name, address: found, port } : { name, unreachable: 'has no address in DNS' };
    }),
  );

/** An address of a host; undefined when nobody knows one. */
export const addressOf = async (
  host: string,
  resolvers: readonly DnsServer[],
): Promise<string | undefined> => {
  if (resolvers.length === 0) {
    const system = new Resolver();
    const addresses = await system.resolve4(host).catch(() => system.resolve6(host).catch(() => []));
    return addresses[0];
  }
  for (const type of ['A', 'AAAA'] as const) {
    const [address] = await agreed(resolvers, { name: host, type });
    if (address?.type === 'A' || address?.type === 'AAAA') return address.address;
  }
  return undefined;
};

/**
 * What most resolvers say; of two answers that are said as often, that of the resolver named first. One that is dead
 * costs no more than its own silence, and one that lies is outvoted where there are three.
 */
export const agreed = async (
  resolvers: readonly DnsServer[],
  question: { name: string; type: string },
): Promise<RecordData[]> => {
  const views = await Promise.all(resolvers.map((resolver) => look(resolver, 'resolver', question)));
  const said = views.map(({ data }) =>
    data.map((one) => one.data).filter(({ type }) => type === question.type),
  );
  const answers = said.filter((data) => data.length > 0);
  const key = (data: RecordData[]) => data.map(saying).toSorted().join();
  const votes = Map.groupBy(answers, key);
  const most = Math.max(0, ...[...votes.values()].map(({ length }) => length));
  return answers.find((data) => votes.get(key(data))!.length === most) ?? [];
};

export type ViewKind = 'nameserver' | 'resolver';

/** What one server says about one name and type. */
export type View = {
  server: string;
  kind: ViewKind;
  data: { data: RecordData; ttlS: number }[];
  /** Where a CNAME leads that stands there instead. */
  alias: { target: string; ttlS: number } | null;
  /** How long others may hold that there is nothing (RFC 2308 §5); null when the server did not say. */
  negativeTtlS: number | null;
  /** Why there was no answer, completing "<server> …"; null when there was one. */
  error: string | null;
  /** Something worth knowing about an answer. */
  note: string | null;
};

/** Answers of servers that are there and cannot say; anything else is an answer. */
const unusable = new Set(['SERVFAIL', 'FORMERR', 'NOTIMP']);

export const look = async (
  server: Reachable,
  kind: ViewKind,
  question: { name: string; type: string },
): Promise<View> => {
  const view: View = {
    server: server.name,
    kind,
    data: [],
    alias: null,
    negativeTtlS: null,
    error: null,
    note: null,
  };
  if ('unreachable' in server) return { ...view, error: server.unreachable };
  try {
    const response = await queryServer(server, question, { recursionDesired: kind === 'resolver' });
    if (unusable.has(response.rcode)) return { ...view, error: `answered ${response.rcode}` };
    const note = response.rcode === 'REFUSED' ? 'does not serve the zone (REFUSED)' : null;
    return { ...view, ...readResponse(response, question), note };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { ...view, error: error.message };
  }
};

const readResponse = (
  { answers, authorities, additionals }: DnsResponse,
  { name, type }: { name: string; type: string },
): Pick<View, 'data' | 'alias' | 'negativeTtlS'> => {
  const asked = (record: DnsRecord) => record.name === name && record.type === type;
  // A referral shows the NS records of the cut and its addresses beside the answer (RFC 1034 §4.3.2).
  const beside = answers.length > 0 ? [] : [...authorities, ...additionals];
  const alias = answers.find((record) => record.name === name && record.data.type === 'CNAME');
  const soa = authorities.find(({ data }) => data.type === 'SOA');
  return {
    data: [...answers, ...beside].filter(asked).map(({ data, ttlS }) => ({ data, ttlS })),
    alias:
      type !== 'CNAME' && alias?.data.type === 'CNAME'
        ? { target: alias.data.target, ttlS: alias.ttlS }
        : null,
    negativeTtlS: soa?.data.type === 'SOA' ? Math.min(soa.ttlS, soa.data.minimumS) : null,
  };
};

/** The zone's SOA at a nameserver. */
export const lookForSoa = async (server: Reachable, zone: string) => {
  const { data } = await look(server, 'nameserver', { name: zone, type: 'SOA' });
  const soa = data[0]?.data;
  return soa?.type === 'SOA' ? { server: server.name, ...soa } : null;
};

/**
 * What record data says to its readers: two that say the same are the same, whichever way they were written, and
 * wherever a DNS host cut a text into strings.
 */
export const saying = (data: RecordData): string =>
  data.type === 'TXT' ? `TXT ${Buffer.from(joinText(data.strings)).toString('hex')}` : formatRdata(data);

/** The same of data in presentation format; of what cannot be read, the text itself. */
export const sayingOfText = (type: string, text: string): string => {
  try {
    return saying(parseRdata(type, text));
  } catch (error) {
    if (error instanceof InvalidRdataError) return text;
    throw error;
  }
};
