/** Starts the mail plane in a process that can be killed, on ground that outlives it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Db } from '../../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../../database/secret-box.ts';
import { createSelfSignedCertificate } from '../../../protocols/self-signed.ts';
import { startDnsStub } from './dns-stub.ts';
import type { Order, Ready } from './killed-plane.ts';
import { HOSTNAME, type TestGround } from './plane.ts';

export type KillablePlane = { ready: Ready; kill(): Promise<void> };

export type KillableGround = {
  ground: TestGround;
  /** A new process; whatever one is left at the end of the file is killed. */
  start(): Promise<KillablePlane>;
};

export async function startKillableGround(database: { db: Db; url: string }): Promise<KillableGround> {
  const dns = await startDnsStub();
  const secretKey = generateKey();
  const { keyPem, certPem } = await createSelfSignedCertificate({ names: [HOSTNAME, '127.0.0.1'] });
  const ground = {
    db: database.db,
    dns,
    secretBox: createSecretBox(parseKeyRing(secretKey)),
    tls: { key: keyPem, cert: certPem },
    close: () => dns.close(),
  };
  dns.add(HOSTNAME, 'A', '127.0.0.1');
  const order: Order = {
    databaseUrl: database.url,
    hostname: HOSTNAME,
    secretKey,
    tls: ground.tls,
    nameserver: dns.server,
  };
  return {
    ground,
    async start() {
      const child: ChildProcess = fork(join(import.meta.dirname, 'killed-plane.ts'), { execArgv: [] });
      running.add(child);
      child.send(order);
      const [ready] = (await once(child, 'message')) as [Ready];
      return {
        ready,
        async kill() {
          running.delete(child);
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    },
  };
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});
