// An installation in a process of its own that a test kills with -9 and starts again, on the database of the test.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type TestDatabase, useTestDatabase } from '../../database/testing.ts';
import type { Message } from './killed-installation.ts';
import { type Body, testEnvironment } from './test-installation.ts';

type Access = { apiKey: string; workspaceUid: string };

/** Asks as the first key would; what is sent makes it a POST. */
export const callKilled = async (
  baseUrl: string,
  access: Access,
  path: string,
  body?: unknown,
): Promise<Body> => {
  const response = await fetch(`${baseUrl}/v1/api${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      Authorization: `Bearer ${access.apiKey}`,
      'X-Workspace-Id': access.workspaceUid,
      'Content-Type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return response.json();
};

export type Killable = {
  readonly database: TestDatabase;
  readonly baseUrl: string;
  readonly access: Access;
  kill(): Promise<void>;
  start(): Promise<void>;
};

/** Call at the top level of a file; it runs before the first test. It keeps its address when it is started again. */
export const useKillable = (env: Record<string, string> = {}): Killable => {
  const database = useTestDatabase();
  let dataDir: string;
  let environment: Record<string, string>;
  let running: ChildProcess | null = null;
  let baseUrl: string;
  let access: Access;

  const start = async (): Promise<void> => {
    running = fork(join(import.meta.dirname, 'killed-installation.ts'), {
      env: { PATH: process.env.PATH, ...environment },
      execArgv: [],
    });
    const [message] = (await once(running, 'message')) as [Message];
    if (message.type !== 'ready') throw new Error('it died by itself');
    baseUrl = message.baseUrl;
    if (message.apiKey) access = { apiKey: message.apiKey, workspaceUid: message.workspaceUid! };
  };
  const kill = async (): Promise<void> => {
    const killed = running!;
    const gone = once(killed, 'exit');
    killed.kill('SIGKILL');
    await gone;
    running = null;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-killable-'));
    environment = {
      ...testEnvironment(database.url, dataDir),
      // Pages that were opened before a kill are asked for after it.
      INBOXKIT_HTTP_PORT: String(await freePort()),
      ...env,
    };
    await start();
  }, 120_000);
  afterAll(async () => {
    running?.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  return {
    database,
    get baseUrl() {
      return baseUrl;
    },
    get access() {
      return access;
    },
    kill,
    start,
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};
