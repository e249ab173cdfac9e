// Pebble, the authority that Let's Encrypt makes for testing clients, where this machine has it (Debian's package
// `pebble`). Its resolver is the package's own, which answers 127.0.0.1 for every name.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { freePort } from './free-port.ts';

const programs = ['pebble', 'pebble-challtestsrv'].map((name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path)),
);

export const hasPebble = (): boolean => programs.every((path) => path !== undefined);

export type Pebble = { directoryUrl: string; caPem: string; rootPem: string; close(): Promise<void> };

/** @param httpPort at this machine, stands for port 80 of every host */
export const startPebble = async (httpPort: number): Promise<Pebble> => {
  const [pebble, resolver] = programs;
  const folder = await mkdtemp(join(tmpdir(), 'inboxkit-pebble-'));
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: ['127.0.0.1'] });
  const [port, managementPort, dnsPort, unusedPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const certificate = join(folder, 'cert.pem');
  const privateKey = join(folder, 'key.pem');
  const config = join(folder, 'config.json');
  await writeFile(certificate, certPem);
  await writeFile(privateKey, keyPem);
  const settings = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate,
    privateKey,
    httpPort,
    tlsPort: unusedPort,
  };
  await writeFile(config, JSON.stringify({ pebble: settings }));
  const dns = `127.0.0.1:${dnsPort}`;
  const children = [
    start(resolver!, [
      ...['-dns01', dns, '-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
      ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-management', ''],
    ]),
    start(pebble!, ['-config', config, '-dnsserver', dns], { PEBBLE_VA_NOSLEEP: '1' }),
  ];
  const close = async () => {
    await Promise.all(children.map(stop));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const rootPem = await patiently(() => read(`https://127.0.0.1:${managementPort}/roots/0`, certPem));
    return { directoryUrl: `https://127.0.0.1:${port}/dir`, caPem: certPem, rootPem, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const start = (program: string, args: string[], env: Record<string, string> = {}): ChildProcess =>
  spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });

const read = (url: string, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { ca }, (response) => text(response).then(resolve, reject));
    sent.on('error', reject);
    sent.end();
  });

/** Until it is up. */
const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};
