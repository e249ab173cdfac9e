// Keeps a server running while this process lives, and stops it when asked to.
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './process.ts';
import { describeExit, type Server, stopServer } from './server.ts';

export type EmbeddedPostgres = {
  /** Connection string of the database `inboxkit`; the same for as long as the server is not stopped. */
  readonly url: string;
  /** Process id of the server that runs now. */
  readonly pid: number;
  /** How often the server died by itself and was started again. */
  readonly restarts: number;
  /** Shuts the server down and gives the data directory free. May be called more than once. */
  stop(): Promise<void>;
};

const shortestWaitMs = 100;
const longestWaitMs = 5000;
/** A server that ran this long is taken to be well: the waits between restarts begin anew. */
const wellAfterMs = 60_000;

/** `start` makes another server at the same address; `onStopped` runs once `stop()` is done. */
export const supervise = (options: {
  url: string;
  server: Server;
  log: Log;
  start: (signal: AbortSignal) => Promise<Server>;
  onStopped: () => void;
}): EmbeddedPostgres => {
  const { log, url } = options;
  const stopping = new AbortController();
  let server = options.server;
  let restarts = 0;
  let stopped: Promise<void> | undefined;
  // A process that ends without stop() takes the server with it where it still can.
  const onProcessExit = () => server.kill('SIGINT');
  process.once('exit', onProcessExit);

  const restart = async (firstWaitMs: number): Promise<number> => {
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      await delay(waitMs, undefined, { signal: stopping.signal });
      try {
        server = await options.start(stopping.signal);
        return waitMs;
      } catch (error) {
        stopping.signal.throwIfAborted();
        log.warn((error as Error).message);
      }
    }
  };

  const keepRunning = async () => {
    for (let waitMs = shortestWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      const startedMs = performance.now();
      const exit = await server.exited;
      if (stopping.signal.aborted) return;
      log.warn(`PostgreSQL (pid ${server.pid}) ended by itself (${describeExit(exit)}); starting it again`);
      if (performance.now() - startedMs > wellAfterMs) waitMs = shortestWaitMs;
      try {
        waitMs = await restart(waitMs);
      } catch {
        return; // only stop() ends the attempts
      }
      // stop() may have looked at the server before this one.
      if (stopping.signal.aborted) return void (await stopServer(server));
      restarts++;
      log.info(`PostgreSQL runs again (pid ${server.pid})`);
    }
  };
  const kept = keepRunning();

  const stop = async () => {
    stopping.abort();
    await stopServer(server);
    await kept;
    process.off('exit', onProcessExit);
    options.onStopped();
  };
  return {
    url,
    get pid() {
      return server.pid;
    },
    get restarts() {
      return restarts;
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};
