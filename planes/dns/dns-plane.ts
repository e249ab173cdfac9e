// The DNS plane: an authoritative server over UDP and TCP for the zones of the schema `published`.

import { type AnswerCount, AnswerCounts, countsMemory, readCounts } from './answer-counts.ts';
import type { DnsLog } from './dns-log.ts';
import { DEFAULT_RESPONSE_RATE, type ResponseRate, ResponseRateLimit } from './rate-limit.ts';
import { responderFor } from './responder.ts';
import { DEFAULT_TCP_LIMITS, startTcpServer, type TcpLimits, type TcpServer } from './tcp-server.ts';
import { startUdpServer, type UdpServer } from './udp-server.ts';
import { startUdpThreads } from './udp-threads.ts';
import { startZoneFeed } from './zone-feed.ts';
import { ZoneTable } from './zone-table.ts';

export type DnsPlaneOptions = {
  databaseUrl: string;
  /** Address to bind, IPv4 or IPv6; not a name. */
  host: string;
  /** The port of both transports; 0 picks a free one. */
  port: number;
  log: DnsLog;
  /**
   * How many threads answer over UDP; more than one on Linux only. This one has the zones and does everything else;
   * further ones answer what was asked before. Default 1.
   */
  threads?: number;
  responseRate?: ResponseRate;
  tcpLimits?: Partial<TcpLimits>;
  /** How often the serials in the database are compared with ours, in case a notification was lost. */
  pollMs?: number;
};

export type DnsPlane = {
  port: number;
  /** Of all threads and transports since the start. */
  answered(): AnswerCount[];
  /** May be called again; resolves when sockets, threads and database connections are gone. */
  close(): Promise<void>;
};

const DEFAULT_POLL_MS = 30_000;

/**
 * Loads every zone, then answers. All zones are in memory from the start, so that none is missing when the database
 * goes away; a changed zone is read again and replaced whole when the database tells of it.
 *
 * @throws when the database cannot be reached at start, or the address cannot be bound
 */
export async function startDnsPlane(options: DnsPlaneOptions): Promise<DnsPlane> {
  const { databaseUrl, host, log, threads = 1 } = options;
  const zones = new ZoneTable();
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of started.splice(0).reverse()) await part.close();
  };
  try {
    started.push(await startZoneFeed({ databaseUrl, zones, log, pollMs: options.pollMs ?? DEFAULT_POLL_MS }));
    const counts = countsMemory(threads);
    const { responder, answers } = responderFor(zones, log, new AnswerCounts(counts));
    const responseRate = shareOf(options.responseRate ?? DEFAULT_RESPONSE_RATE, threads);
    const shared = threads > 1;
    const { tcp, udp } = await bindBoth(options.port, {
      tcp: (at) => startTcpServer(host, at, responder, { ...DEFAULT_TCP_LIMITS, ...options.tcpLimits }, log),
      udp: (port) =>
        startUdpServer({ host, port, shared }, responder, new ResponseRateLimit(responseRate), log),
    });
    started.push(tcp, udp);
    const { port } = tcp;
    const common = { host, port, stamps: zones.stamps.memory, counts, responseRate };
    started.push(await startUdpThreads(threads - 1, common, { responder, answers, udp, log }));
    log.info({ host, port, zones: zones.size, threads }, 'DNS answers');
    let closed: Promise<void> | undefined;
    return {
      port,
      answered: () => readCounts(counts),
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Of each thread: who asks from many ports, as resolvers and attackers do, meets all of them alike. */
function shareOf({ perSecond, burst, ...rate }: ResponseRate, threads: number): ResponseRate {
  return { ...rate, perSecond: perSecond / threads, burst: burst / threads };
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
