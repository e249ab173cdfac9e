// Load by Debian's dnsperf, in a process of its own: what it reports, or an error when questions went unanswered.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Eight sockets, one thread, so many questions on the way at once. */
const CLIENT = ['-c', '8', '-T', '1', '-q', '100'];
/** Of a thousand questions; a busy machine may lose a few datagrams. */
const LOST_AT_MOST = 5;

export type DnsLoad = { queries: number; queriesPerS: number };

const measure = async (port: number, file: string, extent: string[]): Promise<DnsLoad> => {
  const target = ['-s', '127.0.0.1', '-p', String(port), '-d', file];
  const { stdout } = await run('dnsperf', [...target, ...CLIENT, ...extent], { maxBuffer: 64 * 1024 * 1024 });
  const number = (label: string) =>
    Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(stdout)?.[1] ?? Number.NaN);
  const [sent, completed] = [number('Queries sent'), number('Queries completed')];
  if (!(completed > 0) || (sent - completed) * 1000 > LOST_AT_MOST * sent) {
    throw new Error(`of ${sent} questions ${completed} were answered:\n${stdout}`);
  }
  if (/SERVFAIL|REFUSED|FORMERR/.test(stdout))
    throw new Error(`there are answers that are failures:\n${stdout}`);
  return { queries: completed, queriesPerS: number('Queries per second') };
};

/** Asks everything in the file once. */
export const askOnce = (port: number, file: string): Promise<DnsLoad> => measure(port, file, ['-n', '1']);

/** Asks the file again and again. */
export const askFor = (port: number, file: string, durationS: number): Promise<DnsLoad> =>
  measure(port, file, ['-l', String(durationS)]);
