// Forwarded hosts as the control plane publishes them, and what a worker needs to order for them.
import { pino } from 'pino';
import { type Clock, systemClock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../../database/secret-box.ts';

export const secretBox = createSecretBox(parseKeyRing(generateKey()));
export const log = pino({ level: process.env.INBOXKIT_TEST_LOG_LEVEL ?? 'silent' });

export const mailServers = {
  host: 'mail.inboxkit.example',
  imapsPort: 993,
  submissionsPort: 465,
  submissionPort: 587,
};

export type ForwardRow = { target_url?: string; permanent?: boolean; keep_path?: boolean };

export const forward = async (db: Db, hosts: string[], row: ForwardRow = {}): Promise<void> => {
  const values = { target_url: 'https://target.example/', ...row };
  await db
    .insertInto('published.web_forward')
    .values(hosts.map((host) => ({ host, ...values })))
    .onConflict((conflict) => conflict.column('host').doUpdateSet(values))
    .execute();
};

export const unforward = async (db: Db, hosts: string[]): Promise<void> => {
  await db.deleteFrom('published.web_forward').where('host', 'in', hosts).execute();
};

/** The system's clock, set forward. It goes on by itself, as waiting for a network needs. */
export class ShiftedClock implements Clock {
  #aheadMs = 0;
  now = (): Date => new Date(Date.now() + this.#aheadMs);
  sleep = systemClock.sleep;
  forward(ms: number): void {
    this.#aheadMs += ms;
  }
}
