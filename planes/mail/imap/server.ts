// The listeners of the IMAP server and what its sessions share: who watches which folder, how many there are.
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { Db } from '../../../database/database.ts';
import { listen } from '../../../database/listen.ts';
import type { LoginAttempt } from '../login.ts';
import { loginVersion, mayStaySignedIn } from '../store/mailbox.ts';
import { contentSigned, contentSwept } from '../store/sweep.ts';
import { ByteBudget } from './byte-budget.ts';
import { Connection } from './connection.ts';
import { defaultLimits, type ImapLimits } from './limits.ts';
import { type Account, type ImapPlane, Session } from './session.ts';

export type ImapServerOptions = {
  /** For the one connection that listens for changes of folders and mailboxes. */
  databaseUrl: string;
  db: Db;
  host: string;
  /** STARTTLS. 0 takes any free port. */
  imapPort: number;
  /** TLS from the first byte. 0 takes any free port. */
  imapsPort: number;
  /** PEM. */
  tls: { key: string; cert: string };
  /** Null for wrong credentials; throws when they cannot be checked. */
  authenticate: (attempt: LoginAttempt) => Promise<Account | null>;
  log: Logger;
  limits?: Partial<ImapLimits>;
};

export type ImapServer = { imapPort: number; imapsPort: number; close(): Promise<void> };

const sweepEveryMs = 60 * 60_000;
const sweep = { releasedForS: 6 * 3600, expungedForS: 7 * 24 * 3600, removedForS: 24 * 3600 };

/**
 * Starts both listeners. Sessions of all processes on one database see each other's changes; any number of them may
 * run. `close` says goodbye to the clients and resolves when the last one is gone.
 *
 * @throws when a port is taken or the database cannot be reached.
 */
export const startImapServer = async (options: ImapServerOptions): Promise<ImapServer> => {
  const { db, log, host, tls } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const sessions = new Set<Session>();
  const running = new Set<Promise<void>>();
  const watchers = new Map<string, Set<Session>>();

  const plane: ImapPlane = {
    db,
    log,
    limits,
    receiving: new ByteBudget(Math.max(limits.receivingBytes, limits.messageBytes)),
    authenticate: options.authenticate,
    secureContext: createSecureContext({ key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2' }),
    admit: (session, account) => {
      const others = [...sessions].filter((other) => other !== session && other.account?.id === account.id);
      return others.length < limits.sessionsPerMailbox;
    },
    watch: (session, folderId) => {
      const watching = watchers.get(folderId) ?? new Set();
      watchers.set(folderId, watching.add(session));
    },
    unwatch: (session, folderId) => {
      const watching = watchers.get(folderId);
      watching?.delete(session);
      if (watching?.size === 0) watchers.delete(folderId);
    },
  };

  const accept = (socket: Socket) => {
    const session = new Session(plane, new Connection(socket));
    sessions.add(session);
    const ended = session.run().finally(() => {
      sessions.delete(session);
      running.delete(ended);
    });
    running.add(ended);
  };

  const wakeFolder = (folderId: string) => {
    for (const session of watchers.get(folderId) ?? []) session.wake();
  };
  const checkMailbox = async (mailboxId: string) => {
    const affected = [...sessions].filter((session) => session.account?.id === mailboxId);
    if (affected.length === 0) return;
    try {
      const version = await loginVersion(db, mailboxId);
      for (const session of affected) {
        if (version === null) session.stop('The mailbox is closed');
        else if (session.account && !(await mayStaySignedIn(db, session.account)))
          session.stop('Sign in again');
      }
    } catch (err) {
      log.warn({ err, mailboxId }, 'imap: cannot check a changed mailbox');
    }
  };
  const onConnectionLost = (err: Error) =>
    log.warn({ err }, 'imap: lost the database connection that reports changes');

  // Listening for changes comes first: a session that starts earlier could miss one.
  const listeners = await Promise.all([
    listen(options.databaseUrl, 'mail_folder', wakeFolder, {
      onConnectionLost,
      onReconnect: () => [...watchers.keys()].forEach(wakeFolder),
    }),
    listen(options.databaseUrl, 'published_mailbox', (id) => void checkMailbox(id), {
      onConnectionLost,
      onReconnect: () => {
        const signedIn = new Set([...sessions].map((session) => session.account?.id));
        for (const id of signedIn) if (id) void checkMailbox(id);
      },
    }),
  ]);
  const secured = { key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2' } as const;
  const servers: [plain: Server, secure: Server] = [createServer(accept), createTlsServer(secured, accept)];
  // Handshakes that fail are the client's affair.
  servers[1].on('tlsClientError', (err: Error) => log.debug({ err }, 'imap: TLS handshake failed'));
  const stop = async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  for (const server of servers) {
    server.maxConnections = limits.connections;
    server.on('error', (err) => log.error({ err }, 'imap: listener failed'));
  }
  let ports: [number, number];
  try {
    ports = await Promise.all([
      listenOn(servers[0], host, options.imapPort),
      listenOn(servers[1], host, options.imapsPort),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  const sweeper = setInterval(() => {
    contentSwept(db, sweep)
      .then(() => contentSigned(db))
      .catch((err) => log.warn({ err }, 'imap: cannot sweep the mail store'));
  }, sweepEveryMs).unref();

  return {
    imapPort: ports[0],
    imapsPort: ports[1],
    close: async () => {
      clearInterval(sweeper);
      const stopped = stop(); // takes no new clients, and ends when the last one has gone
      for (const session of sessions) session.stop('The server is shutting down');
      const slow = setTimeout(() => {
        for (const session of sessions) session.connection.destroy();
      }, 5000);
      await Promise.all(running);
      clearTimeout(slow);
      await stopped;
    },
  };
};

const listenOn = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
