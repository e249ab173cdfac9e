// A running plane for the tests of a file, on a free port of the loopback address.

import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { type DnsPlane, type DnsPlaneOptions, startDnsPlane } from '../dns-plane.ts';

export type LogLine = { level: number; msg: string; [field: string]: unknown };

/** A real logger whose lines can be read. */
export function recordingLog(): { log: pino.Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

export type TestPlane = Pick<DnsPlane, 'port' | 'answered'> & { readonly lines: LogLine[] };

/**
 * Starts a plane after `prepare` and stops it at the end of the file or describe.
 * Call after `useTestDatabase()`, whose address `options` gives.
 */
export function useDnsPlane(
  options: () => { databaseUrl: string } & Partial<DnsPlaneOptions>,
  prepare: () => Promise<void> = async () => {},
): TestPlane {
  let plane: DnsPlane | undefined;
  const { log, lines } = recordingLog();
  beforeAll(async () => {
    await prepare();
    plane = await startDnsPlane({ host: '127.0.0.1', port: 0, log, ...options() });
  });
  afterAll(async () => {
    await plane?.close();
  });
  return {
    get port() {
      return plane!.port;
    },
    answered: () => plane!.answered(),
    lines,
  };
}
