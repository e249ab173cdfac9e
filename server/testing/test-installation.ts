// A whole installation for the tests of one file: real database, real planes on free ports, and a client.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { type TestDatabase, useTestDatabase } from '../../database/testing.ts';
import { loadConfig } from '../config/config.ts';
import { type Installation, type InstallationOptions, startInstallation } from '../roles/installation.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the API answers
export type Body = any;
export type Reply = { status: number; body: Body; headers: Headers };
export type CallOptions = {
  key?: string;
  workspace?: string;
  headers?: Record<string, string>;
};

export type TestInstallation = {
  readonly database: TestDatabase;
  /** Valid from `beforeAll` on. */
  readonly installation: Installation;
  /** The first team's. */
  readonly apiKey: string;
  readonly workspaceUid: string;
  readonly teamUid: string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  get(path: string, options?: CallOptions): Promise<Reply>;
  post(path: string, body: unknown, options?: CallOptions): Promise<Reply>;
};

const ports = [
  'INBOXKIT_HTTP_PORT',
  'INBOXKIT_DNS_PORT',
  'INBOXKIT_SMTP_PORT',
  'INBOXKIT_SUBMISSION_PORT',
  'INBOXKIT_SUBMISSIONS_PORT',
  'INBOXKIT_IMAP_PORT',
  'INBOXKIT_IMAPS_PORT',
  'INBOXKIT_WEB_PORT',
];

/** What a test installation's environment holds: everything on free ports, quiet, and limits out of the way. */
export const testEnvironment = (databaseUrl: string, dataDir: string): Record<string, string> => ({
  ...Object.fromEntries(ports.map((name) => [name, '0'])),
  INBOXKIT_IDENTITY_PORT: '0',
  INBOXKIT_DATA_DIR: dataDir,
  DATABASE_URL: databaseUrl,
  // Unpacked once for all tests, and not into each data directory.
  INBOXKIT_BROWSER_DIR: join(import.meta.dirname, '../../node_modules/.cache/inboxkit-browser'),
  INBOXKIT_LOG: 'json',
  INBOXKIT_LOG_LEVEL: process.env.INBOXKIT_TEST_LOG_LEVEL ?? 'silent',
  INBOXKIT_RATE_LIMIT_BULK: '100000',
  INBOXKIT_RATE_LIMIT_DNS_CHECK: '100000',
  INBOXKIT_RATE_LIMIT_DOMAIN_SEARCH: '100000',
  INBOXKIT_RATE_LIMIT_ZONE_CONNECT: '100000',
  INBOXKIT_RATE_LIMIT_SIGN_IN: '100000',
  INBOXKIT_RATE_LIMIT_STANDARD: '1000000',
});

/**
 * Call at the top level of a file. `env` adds to or overrides the environment. Every answer of the API is
 * checked against what its endpoint declares; one that differs fails the file.
 */
export const useInstallation = (
  env: Record<string, string> = {},
  options: Omit<InstallationOptions, 'log' | 'checkResponses'> = {},
): TestInstallation => {
  const database = useTestDatabase();
  let dataDir: string;
  let installation: Installation;
  const mismatches: unknown[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-test-'));
    const config = loadConfig({ ...testEnvironment(database.url, dataDir), ...env });
    installation = await startInstallation(config, {
      log: pino({ level: config.log.level }),
      workflow: { timeScale: 0.05 },
      checkResponses: (mismatch) => mismatches.push(mismatch),
      ...options,
    });
  });
  afterAll(async () => {
    await installation?.close();
    await rm(dataDir, { recursive: true, force: true });
    expect(mismatches, 'answers that differ from their endpoint’s schema').toEqual([]);
  });

  const call: TestInstallation['call'] = async (method, path, body, { key, workspace, headers } = {}) => {
    const response = await fetch(`${installation.baseUrl}/v1/api${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key ?? installation.firstKey!.api_key}`,
        'X-Workspace-Id': workspace ?? installation.firstKey!.workspace_id,
        'Content-Type': 'application/json',
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json(), headers: response.headers };
  };

  return {
    database,
    get installation() {
      return installation;
    },
    get apiKey() {
      return installation.firstKey!.api_key;
    },
    get workspaceUid() {
      return installation.firstKey!.workspace_id;
    },
    get teamUid() {
      return installation.firstKey!.team_id;
    },
    call,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body, options) => call('POST', path, body, options),
  };
};
