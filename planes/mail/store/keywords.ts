// Flags as they are stored. System flags and keywords are case-insensitive (RFC 9051 §2.3.2): a keyword keeps
// the spelling in which its folder first saw it, so that comparing is plain equality in SQL.
import { LimitReached } from './errors.ts';

export const systemFlags = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const;

// Every one is announced to every client that selects the folder.
const mostKeywords = 200;

const systemByLowerCase = new Map(systemFlags.map((flag) => [flag.toLowerCase(), flag as string]));

/**
 * `flags` in their stored spelling, once each. System flags that cannot be stored (`\Recent`) are left out.
 *
 * @throws {LimitReached} when the folder would get too many keywords.
 */
export const canonicalFlags = (flags: readonly string[], known: readonly string[]): string[] => {
  const spelling = new Map(known.map((keyword) => [keyword.toLowerCase(), keyword]));
  const stored = new Set<string>();
  for (const flag of flags) {
    const key = flag.toLowerCase();
    if (flag.startsWith('\\')) {
      const system = systemByLowerCase.get(key);
      if (system) stored.add(system);
      continue;
    }
    if (!spelling.has(key)) spelling.set(key, flag);
    stored.add(spelling.get(key)!);
  }
  if (spelling.size > mostKeywords && spelling.size > known.length) {
    throw new LimitReached(`A folder may have ${mostKeywords} different keywords`);
  }
  return [...stored];
};
