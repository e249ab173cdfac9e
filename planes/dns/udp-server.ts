// DNS over UDP (RFC 1035 §4.2.1).

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { DnsLog } from './observation.ts';
import type { ResponseRateLimit } from './rate-limit.ts';
import type { Responder } from './responder.ts';

export type UdpServer = { close(): Promise<void> };

/**
 * Answers on one socket. On a machine with several addresses bind one of them: a socket bound to all of them answers
 * from whichever the routing picks.
 *
 * @throws the system's error when the address cannot be bound
 */
export async function startUdpServer(
  host: string,
  port: number,
  responder: Responder,
  rateLimit: ResponseRateLimit,
  log: DnsLog,
): Promise<UdpServer> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    // Peers are addresses already; asking the resolver about each costs a fifth of the throughput.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  // Before bind, which may be done at once: the look-up is.
  const listening = once(socket, 'listening');
  socket.bind(port, host);
  await listening;
  socket.on('error', (error) => log.error({ err: error }, 'the UDP socket reported an error'));
  socket.on('message', (message, peer) => answer(socket, message, peer, responder, rateLimit));
  return {
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answer(
  socket: Socket,
  message: Buffer,
  peer: RemoteInfo,
  responder: Responder,
  rateLimit: ResponseRateLimit,
): void {
  // Nobody listens on port 0: the source is forged.
  if (peer.port === 0) return;
  const verdict = rateLimit.judge(peer.address, performance.now());
  if (verdict === 'drop') return;
  const response = responder.respond(message, verdict === 'truncate' ? 'truncate' : 'udp');
  // Without a callback: a response that cannot be sent is lost like any datagram, and nobody waits to hear of it.
  if (response) socket.send(response, peer.port, peer.address);
}
