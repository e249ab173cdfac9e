// Asking nameservers what they really answer. Nothing here trusts what the program believes it published.
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { toAbsolute, toName } from '../../../protocols/dns/names.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import type { HostedRecord, Nameserver } from '../../../providers/contracts/dns-host.ts';

const ASK_TIMEOUT_MS = 2_000;

/** What one nameserver answered for one owner name and type. */
export type Sighting = {
  nameserver: string;
  name: string;
  type: string;
  /** Data that was expected and not seen, in presentation format; empty when all is there. */
  missing: string[];
  /** Why there was no answer at all, e.g. `ECONNREFUSED`; null when there was one. */
  error: string | null;
};

/** Asks every nameserver for every record and answers what each of them lacks. */
export const askForRecords = async (
  nameservers: readonly Nameserver[],
  expected: readonly HostedRecord[],
): Promise<Sighting[]> => {
  const sets = Map.groupBy(expected, ({ name, type }) => `${name} ${type}`);
  const sightings = nameservers.map(async (nameserver) => {
    const resolver = resolverFor(nameserver);
    return Promise.all(
      [...sets.values()].map(async (records): Promise<Sighting> => {
        const { name, type } = records[0]!;
        const about = { nameserver: nameserver.name, name, type };
        try {
          const seen = new Set(await answersOf(await resolver, name, type));
          const missing = records.map(({ data }) => data).filter((data) => !seen.has(canonical(type, data)));
          return { ...about, missing, error: null };
        } catch (error) {
          return {
            ...about,
            missing: records.map(({ data }) => data),
            error: (error as { code: string }).code,
          };
        }
      }),
    );
  });
  return (await Promise.all(sightings)).flat();
};

const resolverFor = async ({ name, address, port }: Nameserver): Promise<Resolver> => {
  const resolver = new Resolver({ timeout: ASK_TIMEOUT_MS, tries: 2 });
  const addresses = address ? [address] : await new Resolver().resolve4(name);
  // An IPv6 address goes into brackets, or its last group would be read as the port (RFC 3986 §3.2.2).
  resolver.setServers(
    addresses.map((ip) => (port ? (isIPv6(ip) ? `[${ip}]:${port}` : `${ip}:${port}`) : ip)),
  );
  return resolver;
};

/** The same data always becomes the same text, whichever way it was written or answered. */
const canonical = (type: string, data: string): string => {
  const { value, priority } = toFields(parseRdata(type, data));
  return `${priority ?? ''} ${value}`;
};

const answersOf = async (resolver: Resolver, name: string, type: string): Promise<string[]> => {
  switch (type) {
    case 'A':
      return (await resolver.resolve4(name)).map((address) => canonical('A', address));
    case 'AAAA':
      return (await resolver.resolve6(name)).map((address) => canonical('AAAA', address));
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((strings) => ` ${strings.join('')}`);
    case 'MX':
      return (await resolver.resolveMx(name)).map(
        ({ priority, exchange }) => `${priority} ${toName(exchange || '.')}`,
      );
    case 'CNAME':
      return (await resolver.resolveCname(name)).map((target) =>
        canonical('CNAME', toAbsolute(toName(target))),
      );
    case 'NS':
      return (await resolver.resolveNs(name)).map((target) => canonical('NS', toAbsolute(toName(target))));
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(
        (srv) => `${srv.priority} ${srv.weight} ${srv.port} ${toName(srv.name)}`,
      );
    default:
      throw Object.assign(new Error(`records of type ${type} cannot be asked for`), { code: 'EBADQUERY' });
  }
};
