// For tests: secrets of a key nobody keeps, and a way to the database that breaks when it is told to. That stands
// between the pool and the server on the wire, so what a provider sees is a connection that really died.
import { connect, createServer, type Socket } from 'node:net';
import { type Db, openDatabase } from '../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../database/secret-box.ts';
import type { FailureKind } from '../contracts/failure.ts';
import type { Faults } from '../contracts/faults.conformance.ts';

export const testSecrets = createSecretBox(parseKeyRing(generateKey()));

export type FaultyDatabase = {
  db: Db;
  /** Where `db` connects; nobody answers there after `close`. */
  url: string;
  faults: Faults;
  close(): Promise<void>;
};

/** What happens to the next transaction: it does not begin, or it loses its COMMIT, or the answer to it. */
type Cut = 'begin' | 'commit' | 'answer';

export const openFaultyDatabase = async (url: string): Promise<FaultyDatabase> => {
  let next: Cut | null = null;
  let delayMs = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(targetOf(url));
    let losesAnswer = false;
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (chunk) => {
      const meets = next && statementOf[next];
      if (meets && chunk.includes(meets)) {
        losesAnswer = next === 'answer';
        next = null;
        if (!losesAnswer) return cut();
      }
      later(() => upstream.write(chunk));
    });
    upstream.on('data', (chunk) => {
      if (losesAnswer) return cut();
      later(() => client.write(chunk));
    });
  });
  // Timers of one length fire in the order they were set, so the bytes stay in order.
  const later = (send: () => void) => (delayMs > 0 ? void setTimeout(send, delayMs) : send());

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as { port: number }).port);
  const db = openDatabase(through.href, { poolSize: 4 });

  return {
    db,
    url: through.href,
    faults: {
      timeOutAfterActing: () => {
        next = 'answer';
      },
      timeOutBeforeActing: () => {
        next = 'commit';
      },
      failNext: (kind: FailureKind) => {
        if (kind !== 'transient') throw new Error(`a database connection cannot fail as ${kind}`);
        next = 'begin';
      },
      slow: (ms) => {
        delayMs = ms;
      },
    },
    close: async () => {
      await db.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** How the driver writes the statement a cut waits for: a simple query ends in a zero byte (PostgreSQL manual §54.7). */
const statementOf: Record<Cut, string> = { begin: 'begin\0', commit: 'commit\0', answer: 'commit\0' };

const targetOf = (url: string) => {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port || 5432) };
};
