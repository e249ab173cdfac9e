// One run of the server process on a cluster, from spawning it until it accepts connections, to its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterDirectory, hereFor } from './cluster.ts';
import { type Identity, spawnedAs } from './identity.ts';
import { programEnv, readPidFile } from './process.ts';

export type Settings = Record<string, string | number | boolean>;

/** How a server process ended. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Server = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
};

/** The server ended before it accepted connections; `message` holds what it said last. */
export class ServerStartFailure extends Error {
  override readonly name = 'ServerStartFailure';
  /** Another program listens on the port. */
  readonly portTaken: boolean;
  /** Processes of an earlier run have not ended yet; trying again shortly works. */
  readonly stillInUse: boolean;

  constructor(exit: Exit, output: string) {
    super(`PostgreSQL ended at its start (${describeExit(exit)}): ${output.trim() || 'it said nothing'}`);
    this.portTaken = /could not create any TCP\/IP sockets|Address already in use/.test(output);
    this.stillInUse = /still in use|lock file "postmaster.pid" already exists/.test(output);
  }
}

export const describeExit = ({ code, signal }: Exit): string => signal ?? `exit code ${code}`;

// For a machine with one or two cores that runs everything else too.
const defaults: Settings = {
  shared_buffers: '64MB',
  max_connections: 100,
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  max_wal_size: '512MB',
  max_worker_processes: 4,
  max_parallel_workers: 2,
  autovacuum_max_workers: 2,
  // No replicas: backups are taken over SQL.
  wal_level: 'minimal',
  max_wal_senders: 0,
  jit: false,
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Failed statements are the client's to report; their text and values can be secret.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: false,
};

const longestLogBytes = 8 * 1024 * 1024;

/**
 * Starts the server on 127.0.0.1:`port` and resolves when it accepts connections. Recovery after a crash is
 * part of that and may take as long as it needs.
 *
 * @throws {ServerStartFailure} when it ends before that.
 */
export const startServer = async (options: {
  dataDir: string;
  runtime: string;
  identity: Identity;
  port: number;
  settings?: Settings;
  signal?: AbortSignal;
}): Promise<Server> => {
  const directory = clusterDirectory(options.dataDir);
  const settings: Settings = {
    ...defaults,
    ...options.settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: options.port,
  };
  // A file, not a pipe: the server goes on logging when this process dies.
  const logPath = join(options.dataDir, 'postgres.log');
  const logFile = await openLog(logPath);
  const logStart = (await logFile.stat()).size;
  const program = spawnedAs(options.identity, join(options.runtime, 'bin', 'postgres'), [
    '-D',
    hereFor(directory),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]);
  const child = spawn(program.command, program.args, {
    ...program.options,
    cwd: directory,
    env: programEnv,
    stdio: ['ignore', logFile.fd, logFile.fd],
    // Out of our process group: Ctrl-C is for us, and we stop the server when we have drained.
    detached: true,
  });
  const exited = new Promise<Exit>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const spawned = once(child, 'spawn');
  await Promise.allSettled([spawned, logFile.close()]);
  await spawned;
  const pid = child.pid as number;
  const server: Server = { pid, exited, kill: (signal) => void child.kill(signal) };
  let exit: Exit | undefined;
  void exited.then((value) => {
    exit = value;
  });
  for (;;) {
    if (exit) throw new ServerStartFailure(exit, await readFrom(logPath, logStart));
    if (options.signal?.aborted) {
      await stopServer(server);
      throw options.signal.reason;
    }
    const written = await readPidFile(directory);
    if (written?.pid === pid && written.status === 'ready') return server;
    await delay(10);
  }
};

/** Fast shutdown: open transactions are rolled back, everything is on disk. Harder when that takes too long. */
export const stopServer = async (server: Server): Promise<Exit> => {
  server.kill('SIGINT');
  const harder = [
    setTimeout(() => server.kill('SIGQUIT'), 30_000),
    setTimeout(() => server.kill('SIGKILL'), 40_000),
  ];
  const exit = await server.exited;
  for (const timer of harder) clearTimeout(timer);
  return exit;
};

const openLog = async (path: string) => {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > longestLogBytes) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
};

const readFrom = async (path: string, start: number): Promise<string> => {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(4000);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
};
