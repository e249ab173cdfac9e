// The embedded database: a real PostgreSQL server in the data directory, started with this process, kept
// running while it lives and stopped with it.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import {
  type Access,
  clusterDirectory,
  ensureCluster,
  freePort,
  isFree,
  saveAccess,
  stopSurvivor,
} from './cluster.ts';
import { lockDirectory } from './directory-lock.ts';
import { serverIdentity } from './identity.ts';
import type { Log } from './process.ts';
import { copyPlaces, prepareRuntime } from './runtime.ts';
import { type Server, ServerStartFailure, type Settings, startServer, stopServer } from './server.ts';
import { type EmbeddedPostgres, supervise } from './supervise.ts';

export type { EmbeddedPostgres };

export type EmbeddedPostgresOptions = {
  /** Made when absent. The cluster is in `pg` inside of it. */
  dataDir: string;
  log: Log;
  /** Gives up starting. */
  signal?: AbortSignal;
  /** Where a copy of the server's programs goes when they cannot be run from where they are installed. */
  runtimeDir?: string;
  /** Server settings over the built-in ones (PostgreSQL manual, chapter 19). */
  settings?: Settings;
};

const databaseName = 'inboxkit';

/**
 * Starts the embedded database and resolves when it answers. Makes the cluster at the first start, and
 * recovers what an earlier process left behind however that ended.
 *
 * @throws {DirectoryInUse} when another process has the data directory.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(dataDir);
  try {
    const identity = await serverIdentity([clusterDirectory(dataDir), dataDir]);
    const runtime = await prepareRuntime(
      identity,
      options.runtimeDir ? [resolve(options.runtimeDir)] : copyPlaces(dataDir, identity),
    );
    const access = await ensureCluster({
      ...options,
      dataDir,
      runtime,
      identity,
      sync: options.settings?.fsync !== false,
    });
    await stopSurvivor(dataDir, options.log);
    const common = { dataDir, runtime, identity, settings: options.settings };
    const server = await startOnAPort(dataDir, access, (port) =>
      startPatiently({ ...common, port, signal: options.signal }),
    );
    const { port } = server;
    try {
      await ensureDatabase(urlOf(access, port, 'postgres'));
    } catch (error) {
      await stopServer(server.server);
      throw error;
    }
    return supervise({
      url: urlOf(access, port),
      server: server.server,
      log: options.log,
      start: (signal) => startPatiently({ ...common, port, signal }),
      onStopped: lock.release,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
};

const urlOf = (access: Access, port: number, database = databaseName): string =>
  `postgres://postgres:${encodeURIComponent(access.password)}@127.0.0.1:${port}/${database}`;

/** Starts on the port of last time, or on another when that is taken by now. */
const startOnAPort = async (
  dataDir: string,
  access: Access,
  start: (port: number) => Promise<Server>,
): Promise<{ server: Server; port: number }> => {
  for (let port = access.port; ; port = await freePort()) {
    if (port === access.port && !(await isFree(port))) continue;
    try {
      const server = await start(port);
      if (port !== access.port) await saveAccess(dataDir, { ...access, port });
      return { server, port };
    } catch (error) {
      if (!(error instanceof ServerStartFailure) || !error.portTaken) throw error;
    }
  }
};

/**
 * Processes of a server that was killed end when they notice, at the latest with the statement they run (the
 * pool bounds those to 30 s), and until then keep the cluster.
 */
const startPatiently = async (options: Parameters<typeof startServer>[0]): Promise<Server> => {
  for (const endMs = Date.now() + 45_000; ; ) {
    try {
      return await startServer(options);
    } catch (error) {
      if (!(error instanceof ServerStartFailure) || !error.stillInUse || Date.now() > endMs) throw error;
      await delay(200, undefined, { signal: options.signal });
    }
  }
};

/** `maintenanceUrl` leads to the database that every new cluster has. */
const ensureDatabase = async (maintenanceUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // the running statement fails too
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
};
