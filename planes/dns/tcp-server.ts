// DNS over TCP (RFC 1035 §4.2.2, RFC 7766): several queries per connection, also without waiting for the answers.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { DnsLog } from './dns-log.ts';
import { networkOf } from './rate-limit.ts';
import type { Responder } from './responder.ts';

export type TcpLimits = {
  /** How long a connection may be without a complete query, or without taking what was answered. */
  idleMs: number;
  maxConnections: number;
  /** Of those, from one /24 or /56. */
  maxConnectionsPerNetwork: number;
};

/** RFC 7766 §6.2.3 leaves the time to the server, "in the order of seconds". */
export const DEFAULT_TCP_LIMITS: TcpLimits = {
  idleMs: 10_000,
  maxConnections: 512,
  maxConnectionsPerNetwork: 64,
};

/** A query is a name and some options; whoever announces more means no good. */
const MAX_QUERY_BYTES = 4096;
const LENGTH_BYTES = 2;

export type TcpServer = { port: number; close(): Promise<void> };

/** @throws the system's error when the address cannot be bound */
export async function startTcpServer(
  host: string,
  port: number,
  responder: Responder,
  limits: TcpLimits,
  log: DnsLog,
): Promise<TcpServer> {
  const open = new Set<Socket>();
  const perNetwork = new Map<string, number>();
  const server = createServer({ noDelay: true }, (socket) => {
    const network = networkOf(socket.remoteAddress ?? '');
    const count = perNetwork.get(network) ?? 0;
    if (count >= limits.maxConnectionsPerNetwork) {
      socket.destroy();
      return;
    }
    perNetwork.set(network, count + 1);
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      const left = perNetwork.get(network)! - 1;
      if (left === 0) perNetwork.delete(network);
      else perNetwork.set(network, left);
    });
    serve(socket, responder, limits.idleMs);
  });
  server.maxConnections = limits.maxConnections;
  server.listen(port, host);
  await once(server, 'listening');
  server.on('error', (error) => log.error({ err: error }, 'the TCP listener reported an error'));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function serve(socket: Socket, responder: Responder, idleMs: number): void {
  let received: Buffer = Buffer.alloc(0);
  // Not socket.setTimeout: that one starts anew with every byte, however slowly they come.
  const idle = setTimeout(() => socket.destroy(), idleMs);

  const answerReceived = () => {
    // A client that does not read gets no more answers until it does.
    while (received.length >= LENGTH_BYTES && !socket.writableNeedDrain) {
      const length = received.readUInt16BE(0);
      if (length > MAX_QUERY_BYTES) {
        socket.destroy();
        return;
      }
      if (received.length < LENGTH_BYTES + length) break;
      const query = received.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
      received = received.subarray(LENGTH_BYTES + length);
      const response = responder.respond(query, 'tcp');
      if (!response) {
        // What is no query at all will not become one: RFC 7766 §6.2.3 lets the server close at any time.
        socket.destroy();
        return;
      }
      idle.refresh();
      socket.write(framed(response));
    }
    if (socket.writableNeedDrain) socket.pause();
  };

  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    answerReceived();
  });
  socket.on('drain', () => {
    idle.refresh();
    socket.resume();
    answerReceived();
  });
  // A peer that goes away is no event; 'close' follows.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(idle));
}

/** Length and message in one write, so that they leave in one segment (RFC 7766 §8). */
function framed(response: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + response.length);
  frame.writeUInt16BE(response.length, 0);
  response.copy(frame, LENGTH_BYTES);
  return frame;
}
