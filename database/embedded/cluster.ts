// The cluster on disk: made once, recognised afterwards, and stopped when an earlier process left it running.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTo, type Identity } from './identity.ts';
import { isServerOf, type Log, readPidFile, run } from './process.ts';
import { majorVersion } from './runtime.ts';

/** How to reach the cluster; kept in `postgres.json` (mode 0600) of the data directory. */
export type Access = { password: string; port: number };

export const clusterDirectory = (dataDir: string): string => join(dataDir, 'pg');

/**
 * The way the server is told a directory. As root the server runs as another user, who may not be able to walk
 * the path to it (a home is 0700). A process may always enter its own working directory, though, and this link
 * leads there without a walk; so every program is started inside of the directory it is to work on.
 */
export const hereFor = (directory: string): string =>
  process.platform === 'linux' ? '/proc/self/cwd' : directory;

/**
 * Makes sure that the data directory holds a cluster of our version and answers how to reach it.
 *
 * @throws when the cluster there is of another major version, belongs to somebody else, or has lost its password.
 */
export const ensureCluster = async (options: {
  dataDir: string;
  runtime: string;
  identity: Identity;
  log: Log;
  /** Off for a cluster that need not survive a crash of the machine. */
  sync: boolean;
  signal?: AbortSignal;
}): Promise<Access> => {
  const { dataDir } = options;
  await removeUnfinished(dataDir);
  const found = await existingVersion(dataDir);
  const known = await readAccess(dataDir);
  if (found !== undefined) {
    const directory = clusterDirectory(dataDir);
    if (found !== String(majorVersion)) {
      throw new Error(
        `${directory} is a PostgreSQL ${found} cluster and this version runs PostgreSQL ${majorVersion}: export it with the version that made it, or use another data directory`,
      );
    }
    if (!known) {
      throw new Error(
        `${accessFile(dataDir)} with the password of ${directory} is missing or damaged: restore it`,
      );
    }
    await giveTo(options.identity, directory); // root may have put back a copy that belongs to root
    return known;
  }
  const access = known ?? { password: randomBytes(24).toString('base64url'), port: await freePort() };
  await saveAccess(dataDir, access);
  options.log.info(`making a new database in ${clusterDirectory(dataDir)}`);
  await makeCluster(options, access.password);
  return access;
};

const existingVersion = async (dataDir: string): Promise<string | undefined> => {
  const directory = clusterDirectory(dataDir);
  try {
    return (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') {
      throw new Error(`${directory} belongs to another user: start as root or as that user`, {
        cause: error,
      });
    }
    if (code !== 'ENOENT') throw error;
  }
  const entries = await readdir(directory).catch(() => []);
  if (entries.length > 0) throw new Error(`${directory} has files in it but is not a PostgreSQL cluster`);
  await rm(directory, { recursive: true, force: true });
  return undefined;
};

const unfinishedPrefix = 'pg.unfinished-';

/**
 * Makes the cluster beside its place and renames it, so that `pg` is either absent or complete whenever this
 * process dies.
 */
const makeCluster = async (
  { dataDir, runtime, identity, sync, signal }: Parameters<typeof ensureCluster>[0],
  password: string,
): Promise<void> => {
  const staging = await mkdtemp(join(dataDir, unfinishedPrefix));
  try {
    const directory = join(staging, 'pg');
    await mkdir(directory, { mode: 0o700 });
    await writeFile(join(staging, 'password'), password, { mode: 0o600 });
    await giveTo(identity, staging);
    const { code, output } = await run(
      join(runtime, 'bin', 'initdb'),
      [
        `--pgdata=${hereFor(directory)}`,
        '--pwfile=../password',
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorting built into the server: an update of the operating system cannot change it under our indexes.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        ...(sync ? [] : ['--no-sync']),
      ],
      { identity, cwd: directory, signal },
    );
    if (code !== 0) throw new Error(`initdb in ${dataDir} failed: ${output}`);
    await rename(directory, clusterDirectory(dataDir));
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 5 });
  }
};

const removeUnfinished = async (dataDir: string): Promise<void> => {
  for (const name of await readdir(dataDir)) {
    if (name.startsWith(unfinishedPrefix)) {
      await rm(join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
};

const accessFile = (dataDir: string): string => join(dataDir, 'postgres.json');

const readAccess = async (dataDir: string): Promise<Access | undefined> => {
  try {
    const { password, port } = JSON.parse(await readFile(accessFile(dataDir), 'utf8')) as Partial<Access>;
    return typeof password === 'string' && Number.isInteger(port)
      ? ({ password, port } as Access)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

export const saveAccess = async (dataDir: string, access: Access): Promise<void> => {
  const unfinished = `${accessFile(dataDir)}.unfinished`;
  await writeFile(unfinished, `${JSON.stringify(access)}\n`, { mode: 0o600 });
  await rename(unfinished, accessFile(dataDir));
};

/** A port nobody listens on, below the range that systems take for outgoing connections. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
};

export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * Stops a server that outlived the process that started it. It is not taken over: a child is seen to die, a
 * stranger is not, and starting takes less than a tenth of a second.
 */
export const stopSurvivor = async (dataDir: string, log: Log): Promise<void> => {
  const directory = clusterDirectory(dataDir);
  const left = await readPidFile(directory);
  if (!left) return;
  if (!(await isServerOf(left.pid, directory))) {
    // The server itself would take any process that has this pid by now for a living server.
    await rm(join(directory, 'postmaster.pid'), { force: true });
    return;
  }
  log.warn(`a PostgreSQL server (pid ${left.pid}) was left running by an earlier process; stopping it`);
  // Fast shutdown, immediate shutdown (recovers from the log at the next start), and what nobody can refuse.
  for (const [name, patienceMs] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    try {
      process.kill(left.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    for (const endMs = Date.now() + patienceMs; Date.now() < endMs; ) {
      if (!(await isServerOf(left.pid, directory))) return;
      await delay(20);
    }
  }
  throw new Error(`the PostgreSQL server left running in ${directory} (pid ${left.pid}) cannot be stopped`);
};
