// DNS over UDP (RFC 1035 §4.2.1).

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { ErrorLog } from './dns-log.ts';
import type { ResponseRateLimit } from './rate-limit.ts';
import type { Peer, Responder } from './responder.ts';

export type UdpServer = {
  /** Of the answers that come later. */
  send(response: Buffer, peer: Peer): void;
  close(): Promise<void>;
};

export type UdpAddress = {
  /** On a machine with several addresses one of them: a socket bound to all answers from whichever the routing picks. */
  host: string;
  port: number;
  /** Whether several sockets share the port, and the system hands out what comes by sender. Linux only. */
  shared: boolean;
};

/**
 * Answers on one socket.
 *
 * @throws the system's error when the address cannot be bound
 */
export async function startUdpServer(
  { host, port, shared }: UdpAddress,
  responder: Responder,
  rateLimit: ResponseRateLimit,
  log: ErrorLog,
): Promise<UdpServer> {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    reusePort: shared,
    // Peers are addresses already; asking the resolver about each costs a fifth of the throughput.
    lookup: (address, _options, callback) => callback(null, address, family),
  });
  // Before bind, which may be done at once: the look-up is.
  const listening = once(socket, 'listening');
  socket.bind(port, host);
  await listening;
  socket.on('error', (error) => log.error({ err: error }, 'the UDP socket reported an error'));
  // Without a callback: a response that cannot be sent is lost like any datagram, and nobody waits to hear of it.
  const send = (response: Buffer, peer: Peer) => socket.send(response, peer.port, peer.address);
  socket.on('message', (message, peer) => {
    // Nobody listens on port 0: the source is forged.
    if (peer.port === 0) return;
    const verdict = rateLimit.judge(peer.address, performance.now());
    if (verdict === 'drop') return;
    const response = responder.respond(message, verdict === 'truncate' ? 'truncate' : 'udp', peer);
    if (response) send(response, peer);
  });
  return { send, close: () => new Promise((resolve) => socket.close(() => resolve())) };
}
