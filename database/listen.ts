// Notifications of the database (LISTEN/NOTIFY) on a connection of their own that comes back by itself.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export type ListenOptions = {
  /**
   * Called each time listening has started again after the connection was lost. Notifications sent meanwhile
   * are gone, so the caller reads afresh what it keeps.
   */
  onReconnect?: () => void;
  /** Told why the connection was lost or could not be made. */
  onConnectionLost?: (error: Error) => void;
};

const longestWaitMs = 2000;
/** A connection that nothing is sent on can be dead without either end being told. */
const heartbeatMs = 30_000;

/**
 * Calls `onNotify` with the payload of every notification on `channel`, until `close()`.
 * Resolves once listening; rejects when the first connection fails.
 */
export const listen = async (
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  options: ListenOptions = {},
): Promise<{ close(): Promise<void> }> => {
  const closing = new AbortController();
  const { signal } = closing;
  let connection = await connect(url, channel, onNotify);

  const keepListening = async () => {
    while (!signal.aborted) {
      const error = await connection.lost;
      if (signal.aborted) return;
      options.onConnectionLost?.(error);
      for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
        try {
          await delay(waitMs, undefined, { signal });
          connection = await connect(url, channel, onNotify);
          break;
        } catch (failure) {
          if (signal.aborted) return;
          options.onConnectionLost?.(failure as Error);
        }
      }
      // close() may have ended the connection before this one.
      if (signal.aborted) return connection.end();
      options.onReconnect?.();
    }
  };
  const kept = keepListening();

  return {
    close: async () => {
      closing.abort();
      await connection.end();
      await kept;
    },
  };
};

type Connection = { lost: Promise<Error>; end(): Promise<void> };

const connect = async (
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
): Promise<Connection> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: `inboxkit listen ${channel}`,
    connectionTimeoutMillis: 10_000,
    query_timeout: 10_000,
    keepAlive: true,
  });
  client.on('notification', (message) => onNotify(message.payload ?? ''));
  const lost = new Promise<Error>((resolve) => {
    client.on('error', resolve);
    client.on('end', () => resolve(new Error('the database closed the connection')));
  });
  await client.connect();
  const heartbeat = setInterval(() => {
    client.query('select 1').catch((error: Error) => client.emit('error', error));
  }, heartbeatMs);
  const end = async () => {
    clearInterval(heartbeat);
    await client.end().catch(() => {}); // it is gone already when the server closed it
  };
  void lost.then(end);
  try {
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    await end();
    throw error;
  }
  return { lost, end };
};
