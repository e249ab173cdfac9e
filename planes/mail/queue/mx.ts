/** Finds the hosts that take mail for a domain (RFC 5321 §5.1). */
import { BlockList, isIP } from 'node:net';
import type { MailResolver } from '../resolver.ts';

// Bounds the work one message can cause at one destination.
const MAX_HOSTS = 5;
const MAX_ADDRESSES = 8;

/** `address` of the host called `name`. */
export type MailHost = { name: string; address: string };

export type MailHosts =
  | { result: 'found'; hosts: MailHost[] }
  /** Nobody takes mail for it, and trying again will not change that. */
  | { result: 'refused'; status: string; reason: string }
  | { result: 'unknown'; reason: string };

export type MxOptions = {
  resolver: MailResolver;
  /** This host: being named as an exchanger of a domain it does not host means mail would go in circles. */
  hostname: string;
  /** True for addresses mail may be sent to. */
  allowed: (address: string) => boolean;
  /** A number in [0, 1) that spreads the load over hosts of equal preference. */
  random?: () => number;
};

/** Hosts in the order to try them: by preference, in random order among equals, each with all its addresses. */
export async function findMailHosts(domain: string, options: MxOptions): Promise<MailHosts> {
  const literal = /^\[(?:ipv6:)?(.+)\]$/.exec(domain)?.[1];
  try {
    const names = literal ? [] : await exchangers(domain, options);
    if (!Array.isArray(names)) return names;
    const hosts: MailHost[] = literal && isIP(literal) ? [{ name: literal, address: literal }] : [];
    let failed: unknown;
    for (const name of names.slice(0, MAX_HOSTS)) {
      try {
        hosts.push(...(await addresses(options.resolver, name)).map((address) => ({ name, address })));
      } catch (error) {
        failed = error;
      }
    }
    if (hosts.length === 0) {
      if (failed) throw failed;
      return { result: 'refused', status: '5.4.4', reason: `No mail host of ${domain} has an address` };
    }
    const reachable = hosts.filter(({ address }) => options.allowed(address)).slice(0, MAX_ADDRESSES);
    if (reachable.length > 0) return { result: 'found', hosts: reachable };
    return {
      result: 'refused',
      status: '5.4.4',
      reason: `The mail hosts of ${domain} have only addresses that are not on the public internet`,
    };
  } catch (error) {
    return { result: 'unknown', reason: `DNS look-up for ${domain} failed (${codeOf(error)})` };
  }
}

/** Names of the hosts to try, or the refusal. Rejects when DNS does not answer. */
async function exchangers(domain: string, options: MxOptions): Promise<string[] | MailHosts> {
  let records: { exchange: string; priority: number }[];
  try {
    records = await options.resolver.resolveMx(domain);
  } catch (error) {
    if (codeOf(error) === 'ENOTFOUND') {
      return { result: 'refused', status: '5.1.2', reason: `The domain ${domain} does not exist` };
    }
    if (codeOf(error) !== 'ENODATA') throw error;
    // Without MX records the domain itself is the host (RFC 5321 §5.1, the "implicit MX").
    return [domain];
  }
  const [first] = records;
  if (records.length === 1 && (first?.exchange === '' || first?.exchange === '.')) {
    return { result: 'refused', status: '5.1.10', reason: `The domain ${domain} takes no mail (RFC 7505)` };
  }
  const random = options.random ?? Math.random;
  const sorted = records
    .map((record) => ({ ...record, exchange: record.exchange.toLowerCase(), order: random() }))
    .sort((a, b) => a.priority - b.priority || a.order - b.order);
  const own = sorted.find((record) => record.exchange === options.hostname.toLowerCase());
  // Hosts that are not better than ourselves would only send it back (RFC 5321 §5.1).
  const better = own ? sorted.filter((record) => record.priority < own.priority) : sorted;
  if (better.length === 0) {
    return { result: 'refused', status: '5.4.6', reason: `Mail for ${domain} would come back to this host` };
  }
  return better.map((record) => record.exchange);
}

/** All addresses of a host, IPv6 first; empty when it has none. Rejects when DNS does not answer. */
async function addresses(resolver: MailResolver, name: string): Promise<string[]> {
  const answers = await Promise.allSettled([resolver.resolve6(name), resolver.resolve4(name)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failure = answers.find(
    (answer) => answer.status === 'rejected' && !['ENOTFOUND', 'ENODATA'].includes(codeOf(answer.reason)),
  );
  if (found.length === 0 && failure?.status === 'rejected') throw failure.reason;
  return found;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? error);

/**
 * Says whether mail may be sent to an address. The owner of a domain chooses where its MX points, so addresses
 * inside of our own network are out of bounds (RFC 6890) unless `allowTargets` (CIDR) lists them.
 */
export function createAddressGuard(allowTargets: string[] | BlockList): (address: string) => boolean {
  // An IPv4-mapped IPv6 address is checked against the IPv4 networks by BlockList itself.
  const blocked = blockList([
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '::/127',
    '64:ff9b::/96',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ]);
  const allowed = allowTargets instanceof BlockList ? allowTargets : blockList(allowTargets);
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return allowed.check(address, family) || !blocked.check(address, family);
  };
}

function blockList(networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}
