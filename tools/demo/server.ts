// Finds the server the demo talks to: one that runs on this data directory already, or one started here.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../server/config/config.ts';
import { firstKeyFile } from '../../server/roles/first-start.ts';
import { startInstallation } from '../../server/roles/installation.ts';
import type { Access } from './api-client.ts';

export type DemoServer = {
  access: Access;
  dns: { address: string; port: number };
  /** How it came about, for the story. */
  how: 'started' | 'was running';
  dataDir: string;
  close(): Promise<void>;
};

export const reachServer = async (): Promise<DemoServer> => {
  const config = loadConfig();
  const dataDir = resolve(config.server.dataDir);
  const known = await readAccess(dataDir);
  if (known && (await isUp(known))) {
    const dns = { address: '127.0.0.1', port: config.dns.port };
    return { access: known, dns, how: 'was running', dataDir, close: async () => {} };
  }
  const installation = await startInstallation(config, { log: pino({ level: 'warn', base: undefined }) });
  const access = await readAccess(dataDir);
  if (!access) {
    await installation.close();
    throw new Error(`${firstKeyFile(dataDir)} is gone; the demo needs the key it held`);
  }
  return {
    // The address may have changed since the key was made.
    access: { ...access, base_url: installation.baseUrl },
    dns: { address: '127.0.0.1', port: installation.ports.dns },
    how: 'started',
    dataDir,
    close: () => installation.close(),
  };
};

const readAccess = async (dataDir: string): Promise<Access | null> => {
  try {
    return JSON.parse(await readFile(firstKeyFile(dataDir), 'utf8')) as Access;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const isUp = async ({ base_url }: Access): Promise<boolean> => {
  try {
    return (await fetch(`${base_url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};
