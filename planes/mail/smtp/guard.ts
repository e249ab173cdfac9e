/** Keeps clients from holding a port without using it: too many connections from one address, and sessions that get nowhere. */
import { BlockList, isIPv6 } from 'node:net';
import type { SMTPServer, SMTPServerSession } from 'smtp-server';
import { networkOf } from '../login-throttle.ts';
import { SmtpRefusal } from './reply.ts';

export type GuardLimits = {
  /** Connections at once from one address (of IPv6: one /64). The machine itself is not counted: our queue and proxies are there. */
  connectionsPerAddress: number;
  /** A session that has signed in to nothing and begun no message for this long ends. Commands that do nothing do not count. */
  progressWithinMs: number;
  /** A message has to arrive within this time, however slowly. */
  messageWithinMs: number;
};

export const DEFAULT_GUARD_LIMITS: GuardLimits = {
  connectionsPerAddress: 50,
  progressWithinMs: 10 * 60_000,
  // 25 MB at 15 kB a second.
  messageWithinMs: 30 * 60_000,
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export type Guard = {
  /** @throws SmtpRefusal 421 when the address has all the connections it may have. */
  admit(session: SMTPServerSession): void;
  /** The session has got somewhere. */
  progressed(session: SMTPServerSession): void;
  /** Its message begins to arrive, or has arrived: from then on it waits for us. */
  receiving(session: SMTPServerSession, now: boolean): void;
  close(): void;
};

/** Looks over the connections of `server` now and then. The socket's own timeout ends those that send nothing at all. */
export function createGuard(
  connections: () => SMTPServer['connections'],
  limits: GuardLimits,
  isOwn: (address: string) => boolean = (address) =>
    loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
): Guard {
  const dueMs = new WeakMap<SMTPServerSession, number>();
  const progressed = (session: SMTPServerSession) => {
    dueMs.set(session, performance.now() + limits.progressWithinMs);
  };
  const look = () => {
    for (const connection of connections()) {
      const due = dueMs.get(connection.session as SMTPServerSession);
      if (due === undefined || due > performance.now()) continue;
      connection.send(421, '4.4.2 Nothing has come of this connection for too long');
    }
  };
  const shortest = Math.min(limits.progressWithinMs, limits.messageWithinMs);
  const timer = setInterval(look, Math.min(15_000, Math.max(50, shortest / 4)));
  timer.unref();

  return {
    admit(session) {
      progressed(session);
      const { remoteAddress } = session;
      if (isOwn(remoteAddress)) return;
      const place = placeOf(remoteAddress);
      let count = 0;
      for (const connection of connections()) if (placeOf(connection.remoteAddress) === place) count += 1;
      if (count > limits.connectionsPerAddress) {
        throw new SmtpRefusal(421, '4.7.0', 'Too many connections from your address, please try again later');
      }
    },
    progressed,
    receiving(session, now) {
      dueMs.set(session, now ? performance.now() + limits.messageWithinMs : Number.POSITIVE_INFINITY);
    },
    close: () => clearInterval(timer),
  };
}

const placeOf = (address: string): string => (isIPv6(address) ? networkOf(address) : address);
