// Sends visitors of a forwarded domain to its target. Only configured hosts are answered with a redirect, so
// there is no open redirect; everything else is a plain 404.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Db } from '../../database/database.ts';

export type WebPlaneOptions = {
  db: Db;
  /** Address to bind. */
  host: string;
  /** 0 picks a free one. */
  port: number;
  log: Pick<Logger, 'info' | 'warn'>;
};

export type WebPlane = { port: number; close(): Promise<void> };

type Forward = { targetUrl: string; permanent: boolean; keepPath: boolean };

/** A changed target is seen after this long; a database that is away is covered for as long as it takes. */
const FRESH_MS = 1_000;
/** Hosts kept in memory; the least recently asked for goes first. */
const MOST_KEPT = 20_000;

export const startWebPlane = async ({ db, host, port, log }: WebPlaneOptions): Promise<WebPlane> => {
  const find = rememberForwards(db, log);
  const server = createServer((request, response) => {
    answer(request, response, find).catch((error: Error) => {
      log.warn({ reason: error.message }, 'a visitor could not be forwarded');
      respond(response, 503, 'Try again in a moment.\n', { 'Retry-After': '5' });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  find: (host: string) => Promise<Forward | null>,
): Promise<void> => {
  const name = hostOf(request.headers.host);
  const forward = name ? await find(name) : null;
  if (!forward) return respond(response, 404, 'No site is configured for this address.\n');
  const location = locationOf(forward, request.url ?? '/');
  respond(response, forward.permanent ? 301 : 302, `Moved to ${location}\n`, { Location: location });
};

const respond = (
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void => {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(text);
};

/** The host a visitor asked for, lower case and without port and final dot (RFC 9110 §7.2). */
const hostOf = (header: string | undefined): string | null =>
  header?.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '') || null;

/** The target, with the visitor's path and query behind it where the forwarding keeps them. */
const locationOf = ({ targetUrl, keepPath }: Forward, requestTarget: string): string => {
  const target = new URL(targetUrl);
  if (keepPath && requestTarget.startsWith('/')) {
    // Parsed against a host of our own: `//evil.example/` is a path here, never another host.
    const asked = new URL(`http://visitor.invalid${requestTarget}`);
    target.pathname = target.pathname.replace(/\/$/, '') + asked.pathname;
    target.search = asked.search || target.search;
  }
  return target.href;
};

/** Looks forwards up in the database, and answers from memory what was asked a moment ago, or while it is away. */
const rememberForwards = (db: Db, log: WebPlaneOptions['log']) => {
  const kept = new Map<string, { forward: Forward | null; atMs: number }>();
  return async (host: string): Promise<Forward | null> => {
    const known = kept.get(host);
    if (known && performance.now() - known.atMs < FRESH_MS) return known.forward;
    try {
      const row = await db
        .selectFrom('published.web_forward')
        .select(['target_url as targetUrl', 'permanent', 'keep_path as keepPath'])
        .where('host', '=', host)
        .executeTakeFirst();
      const forward = row ?? null;
      kept.delete(host);
      kept.set(host, { forward, atMs: performance.now() });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return forward;
    } catch (error) {
      if (!known) throw error;
      log.warn({ reason: (error as Error).message }, 'forwarding from memory');
      return known.forward;
    }
  };
};
