// Load on one URL by autocannon, in a process of its own.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type Load = {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
};

export type LoadResult = { requests: number; requestsPerS: number; p50Ms: number; p99Ms: number };

const CONNECTIONS = 10;
const program = fileURLToPath(import.meta.resolve('autocannon'));
const run = promisify(execFile);

/** @throws Error when any answer was not a success. */
export const putUnderLoad = async (load: Load, durationS: number): Promise<LoadResult> => {
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const body = load.body === undefined ? [] : ['-b', load.body];
  const settings = ['-c', String(CONNECTIONS), '-d', String(durationS), '-m', load.method, '--json', '-n'];
  const { stdout } = await run(process.execPath, [program, ...settings, ...headers, ...body, load.url]);
  const result = JSON.parse(stdout) as {
    duration: number;
    requests: { total: number };
    latency: { p50: number; p99: number };
    errors: number;
    non2xx: number;
  };
  if (result.errors > 0 || result.non2xx > 0 || result.requests.total === 0) {
    throw new Error(`${load.url}: ${result.errors} errors and ${result.non2xx} answers that are no success`);
  }
  return {
    requests: result.requests.total,
    requestsPerS: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
};
