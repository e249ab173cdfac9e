// Where a visitor of a host is sent. Only configured hosts have an answer, so there is no open redirect.
import type { Logger } from 'pino';
import type { Db } from '../../database/database.ts';
import { Kept } from './kept.ts';

export type Forward = { targetUrl: string; permanent: boolean; keepPath: boolean };

/** Null for a host that is not forwarded. */
export type FindForward = (host: string) => Promise<Forward | null>;

/** A changed target is seen after this long; a database that is away is covered for as long as it takes. */
const FRESH_MS = 1_000;
const MOST_KEPT = 20_000;

export const rememberForwards = (db: Db, log: Pick<Logger, 'info' | 'warn'>): FindForward => {
  const kept = new Kept<Forward | null>({
    read: async (host) => {
      const row = await db
        .selectFrom('published.web_forward')
        .select(['target_url as targetUrl', 'permanent', 'keep_path as keepPath'])
        .where('host', '=', host)
        .executeTakeFirst();
      return row ?? null;
    },
    freshMs: () => FRESH_MS,
    most: MOST_KEPT,
    onAway: (err) => log.warn({ err }, 'the database is away; visitors are forwarded from memory'),
    onBack: () => log.info('the database is back; forwards are read again'),
  });
  return (host) => kept.get(host);
};

/** The host and the path with query that a visitor asks for; `host` is null when the request names none. */
export type Asked = { host: string | null; path: string };

/**
 * Reads both forms of a request target: the path alone, with the host in its header (RFC 9112 §3.2.1), and the
 * whole address, which counts more than the header (RFC 9112 §3.2.2). Any other form asks for the root.
 */
export const askedOf = (target: string, hostHeader: string | undefined): Asked => {
  if (target.startsWith('/')) return { host: hostOf(hostHeader), path: target };
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return { host: hostOf(hostHeader), path: '/' };
  return { host: hostOf(url.host), path: url.pathname + url.search };
};

/** Lower case, without port and final dot (RFC 9110 §7.2, RFC 1034 §3.1). */
const hostOf = (header: string | undefined): string | null =>
  header?.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '') || null;

/** The target, with the visitor's path and query behind it where the forwarding keeps them. */
export const locationOf = ({ targetUrl, keepPath }: Forward, path: string): string => {
  const target = new URL(targetUrl);
  if (keepPath) {
    // Parsed against a host of our own: `//evil.example/` is a path here, never another host.
    const asked = new URL(`http://visitor.invalid${path}`);
    target.pathname = target.pathname.replace(/\/$/, '') + asked.pathname;
    target.search = asked.search || target.search;
  }
  return target.href;
};
