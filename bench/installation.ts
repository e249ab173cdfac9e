// The real program as a child process on a data directory of its own, and a customer's access to it.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { stopSurvivor } from '../database/embedded/cluster.ts';
import { type ApiClient, createApiClient } from '../tools/demo/api-client.ts';
import { startChild } from './child.ts';
import { keep } from './leftovers.ts';
import { cpuMsOf } from './usage.ts';

export type Installation = {
  pid: number;
  /** From the spawn of the process to the line that says it is ready. */
  readyAfterMs: number;
  /** Processor time it had used by then; unlike the time above it says the same on a busy machine. */
  readyCpuMs: number | null;
  access: { base_url: string; api_key: string; workspace_id: string };
  api: ApiClient;
  /** Where the mail plane listens. */
  ports: { smtp: number; submission: number; submissions: number; imap: number; imaps: number };
  /** The installation's own PostgreSQL, behind its back. */
  databaseUrl: string;
  /** Pid of the PostgreSQL server. */
  postgresPid: number;
  close(): Promise<void>;
};

export const INSTALLATION_PROGRAM = fileURLToPath(new URL('../server/main.ts', import.meta.url));

/** The line of its log that says so, with where it listens. */
export const READY = /^\{.*"msg":"InboxKit is ready"\}$/m;

const ownPorts = Object.fromEntries(
  ['HTTP', 'DNS', 'SMTP', 'SUBMISSION', 'SUBMISSIONS', 'IMAP', 'IMAPS', 'WEB', 'IDENTITY'].map((name) => [
    `INBOXKIT_${name}_PORT`,
    '0',
  ]),
);

/** What no order of a benchmark exhausts. */
const credits = { INBOXKIT_FIRST_CREDITS: '1000000' };

/** Starts it with all roles, on free ports, with the settings a new user has. */
export const startInstallation = async (
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Installation> => {
  // A server killed by `stop` could leave its database running.
  const stopDatabase = keep(() => stopSurvivor(dataDir, { info: () => {}, warn: () => {} }));
  const child = await startChild([INSTALLATION_PROGRAM], READY, {
    INBOXKIT_LOG: 'json',
    ...ownPorts,
    ...credits,
    INBOXKIT_DATA_DIR: dataDir,
    ...env,
  });
  const readyCpuMs = await cpuMsOf(child.pid);
  const { baseUrl: base_url, ports } = JSON.parse(READY.exec(child.output)![0]);
  const access = { ...(await readJson(`${dataDir}/first-key.json`)), base_url } as Installation['access'];
  const postgres = await readJson(`${dataDir}/postgres.json`);
  return {
    pid: child.pid,
    readyAfterMs: child.readyAfterMs,
    readyCpuMs,
    access,
    api: createApiClient(access),
    ports,
    databaseUrl: `postgres://postgres:${postgres.password}@127.0.0.1:${postgres.port}/inboxkit`,
    postgresPid: Number.parseInt(await readFile(`${dataDir}/pg/postmaster.pid`, 'utf8'), 10),
    close: async () => {
      await child.stop();
      await stopDatabase();
    },
  };
};

const readJson = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;

/** Runs statements on a connection of their own, which is closed afterwards. */
export const withDatabase = async <T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, application_name: 'inboxkit bench' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
};
