// Keys that are limited to domains: everything a request names has to be of those.
import { domainToASCII } from 'node:url';
import type { Caller } from './caller.ts';
import type { Endpoint } from './endpoint.ts';
import { domainOutsideKey } from './errors.ts';
import type { RequestInput } from './read-request.ts';

/** Of each thing that is named (a uid, an address, the name of a domain) every domain that could be meant. */
export type ReadMeantDomains = (
  workspaceUid: string,
  named: readonly string[],
) => Promise<ReadonlyMap<string, readonly string[]>>;

/** What the fields name, the way it is looked up; a field inside of a list stands for all of its entries. */
export const namedBy = (fields: readonly string[], parts: readonly unknown[]): string[] => [
  ...new Set(
    fields.flatMap((field) => parts.flatMap((part) => valuesAt(part, field.split('.'))).map(asLookedUp)),
  ),
];

const valuesAt = (value: unknown, path: readonly string[]): string[] => {
  if (Array.isArray(value)) return value.flatMap((entry) => valuesAt(entry, path));
  const [field, ...rest] = path;
  if (field === undefined) return typeof value === 'string' ? [value] : [];
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return [];
  return valuesAt((value as Record<string, unknown>)[field], rest);
};

/** Names of domains may be written in any script; they are kept in ASCII (RFC 5890 §2.3.2.1). */
const asLookedUp = (name: string): string => {
  const plain = name.trim().toLowerCase();
  return plain.includes('@') ? plain : domainToASCII(plain) || plain;
};

/**
 * Refuses what is not known to be of the key's domains, so that it is told apart by nobody from what does not exist.
 *
 * @throws {ApiError} `domain_outside_key`
 */
export const requireDomains = async (
  { keepsToDomains }: Pick<Endpoint, 'keepsToDomains'>,
  { domainUids }: Pick<Caller, 'domainUids'>,
  { params, query, body }: Pick<RequestInput, 'params' | 'query' | 'body'>,
  readMeant: (named: readonly string[]) => ReturnType<ReadMeantDomains>,
): Promise<void> => {
  if (!domainUids || keepsToDomains === 'listed' || keepsToDomains === null) return;
  const named = namedBy(keepsToDomains, [params, query, body]);
  if (named.length === 0) {
    const fields = keepsToDomains.join(', ');
    throw domainOutsideKey(`The key is limited to domains, so say which by ${fields}`, { outside: [] });
  }
  const meant = await readMeant(named);
  const outside = named.filter((name) => {
    const domains = meant.get(name) ?? [];
    return domains.length === 0 || !domains.every((uid) => domainUids.includes(uid));
  });
  if (outside.length > 0) {
    throw domainOutsideKey(`Not of the domains of this key: ${outside.join(', ')}`, { outside });
  }
};
