// The DNS plane: an authoritative server over UDP and TCP for the zones of the schema `published`.

import type { DnsLog, DnsMetrics } from './observation.ts';
import { DEFAULT_RESPONSE_RATE, type ResponseRate, ResponseRateLimit } from './rate-limit.ts';
import { Responder } from './responder.ts';
import { DEFAULT_TCP_LIMITS, startTcpServer, type TcpLimits, type TcpServer } from './tcp-server.ts';
import { startUdpServer, type UdpServer } from './udp-server.ts';
import { startZoneFeed } from './zone-feed.ts';
import { ZoneTable } from './zone-table.ts';

export type DnsPlaneOptions = {
  databaseUrl: string;
  /** Address to bind, IPv4 or IPv6; not a name. */
  host: string;
  /** The port of both transports; 0 picks a free one. */
  port: number;
  log: DnsLog;
  metrics?: DnsMetrics;
  responseRate?: ResponseRate;
  tcpLimits?: Partial<TcpLimits>;
  /** How often the serials in the database are compared with ours, in case a notification was lost. */
  pollMs?: number;
};

/** `close` may be called again; it resolves when sockets and database connections are gone. */
export type DnsPlane = { port: number; close(): Promise<void> };

const DEFAULT_POLL_MS = 30_000;

/**
 * Loads every zone, then answers. All zones are in memory from the start, so that none is missing when the database
 * goes away; a changed zone is read again and replaced whole when the database tells of it.
 *
 * @throws when the database cannot be reached at start, or the address cannot be bound
 */
export async function startDnsPlane(options: DnsPlaneOptions): Promise<DnsPlane> {
  const { databaseUrl, host, port, log } = options;
  const zones = new ZoneTable();
  const feed = await startZoneFeed({ databaseUrl, zones, log, pollMs: options.pollMs ?? DEFAULT_POLL_MS });
  const responder = new Responder(zones, log, options.metrics);
  const rateLimit = new ResponseRateLimit(options.responseRate ?? DEFAULT_RESPONSE_RATE);
  try {
    const { tcp, udp } = await bindBoth(port, {
      tcp: (at) => startTcpServer(host, at, responder, { ...DEFAULT_TCP_LIMITS, ...options.tcpLimits }, log),
      udp: (at) => startUdpServer(host, at, responder, rateLimit, log),
    });
    log.info({ host, port: tcp.port, zones: zones.size }, 'DNS answers');
    let closed: Promise<unknown> | undefined;
    return {
      port: tcp.port,
      close: async () => {
        closed ??= Promise.all([udp.close(), tcp.close(), feed.close()]);
        await closed;
      },
    };
  } catch (error) {
    await feed.close();
    throw error;
  }
}

type Binders = { tcp: (port: number) => Promise<TcpServer>; udp: (port: number) => Promise<UdpServer> };

const FREE_PORT_ATTEMPTS = 10;

/** Binds both transports to one port; a free one for TCP may be taken for UDP, then the next is tried. */
async function bindBoth(port: number, bind: Binders): Promise<{ tcp: TcpServer; udp: UdpServer }> {
  for (let attempt = 1; ; attempt += 1) {
    const tcp = await bind.tcp(port);
    try {
      return { tcp, udp: await bind.udp(tcp.port) };
    } catch (error) {
      await tcp.close();
      if (port !== 0 || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}
