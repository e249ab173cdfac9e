// The peer of an order: what it cannot do without, with nothing around it. The hashes and keys are made with the
// program's own functions, and every recorded change is one single-row transaction that waits for the disk; there
// is no API, no workflow, no DNS, no mail server, and no TLS.
import { availableParallelism } from 'node:os';
import { verify } from '@node-rs/argon2';
import pg from 'pg';
import { makePrivateKey } from '../providers/builtin/dkim-keys.ts';
import { hashAppPassword, hashPassword } from '../providers/builtin/password-hash.ts';
import { inLanes } from './lanes.ts';

export type BareWork = { elapsedMs: number; cpuMs: number };

const password = 'correct-Horse.7battery';
const appPassword = 'abcdefghijklmnop';

/** Does it on the same PostgreSQL server, in a schema of its own that is gone afterwards. */
export const doBareWork = async (
  databaseUrl: string,
  { domains, mailboxes, changes }: { domains: number; mailboxes: number; changes: number },
): Promise<BareWork> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  try {
    await pool.query('create schema bench');
    await pool.query('create table bench.change (id bigint generated always as identity, data jsonb)');
    const write = async () => {
      await pool.query('insert into bench.change (data) values ($1)', [{ status: 'active' }]);
    };
    const jobs = [
      ...Array.from({ length: domains }, () => async () => {
        await makePrivateKey('rsa-sha256');
        await makePrivateKey('ed25519-sha256');
      }),
      ...Array.from({ length: mailboxes }, () => async () => {
        const hashed = await hashPassword(password);
        await hashAppPassword(appPassword);
        if (!(await verify(hashed, password))) throw new Error('the hash does not match its password');
      }),
    ];
    const writes = Array.from({ length: changes }, () => write);
    const startedMs = performance.now();
    const cpuBefore = process.cpuUsage();
    // Beside each other, as in the program; as many hashes at once as there are processors.
    await Promise.all([inLanes(jobs, availableParallelism()), inLanes(writes, 10)]);
    const { user, system } = process.cpuUsage(cpuBefore);
    return { elapsedMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
  } finally {
    await pool.query('drop schema if exists bench cascade');
    await pool.end();
  }
};
