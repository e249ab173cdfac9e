/** DNS look-ups of the mail plane: against the nameservers it is told to ask, or those of the system. */
import { Resolver } from 'node:dns/promises';

const TIMEOUT_MS = 3000;
const TRIES = 2;

/** Look-ups reject with an Error whose `code` is one of node:dns (`ENOTFOUND`, `ENODATA`, `ETIMEOUT`, `ESERVFAIL`, …). */
export type MailResolver = Pick<Resolver, 'resolve' | 'resolveMx' | 'resolve4' | 'resolve6'>;

/** @param servers `ip:port` of each nameserver; those of the system when left out. */
export function createResolver(servers?: string[]): MailResolver {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return resolver;
}
