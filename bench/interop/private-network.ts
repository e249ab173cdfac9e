// A network of one's own: loopback and nothing else, with the installation as the only resolver. Independent tools ask
// port 53 of what /etc/resolv.conf names, and no mail of a test can leave.
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

const INSIDE = 'BENCH_PRIVATE_NETWORK';

export const isPrivateNetwork = (): boolean => process.env[INSIDE] === '1';

/** Runs this program with the same arguments inside of one. Answers its exit code. */
export const runInPrivateNetwork = async (directory: string): Promise<number> => {
  const resolver = `${directory}/resolv.conf`;
  await writeFile(resolver, 'nameserver 127.0.0.1\n');
  const script = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  const program = [process.execPath, ...process.argv.slice(1)];
  const child = spawn('/usr/bin/unshare', ['-mn', 'sh', '-c', script, 'sh', resolver, ...program], {
    stdio: 'inherit',
    env: { ...process.env, [INSIDE]: '1' },
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
};
