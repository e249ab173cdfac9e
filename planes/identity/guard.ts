// Lock-out: who guesses too often, at one address or from one network, is not listened to for a while, in no process.
import { isIPv6 } from 'node:net';
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';

const MINUTE_MS = 60_000;
/** Failures that old do not count any more. */
const FORGET_AFTER_MS = 15 * MINUTE_MS;
const LOCK_FOR_MS = 15 * MINUTE_MS;
const ADDRESS_FAILURES = 5;
// Offices sign in to many mailboxes from one network.
const NETWORK_FAILURES = 50;

export type Attempt = { address: string; network: string };

export type Guard = {
  /** Until when these are locked; null when they may try. */
  lockedUntil(attempt: Attempt): Promise<Date | null>;
  failed(attempt: Attempt): Promise<void>;
  /** The network's count stays: someone with one good mailbox could otherwise guess at all others. */
  succeeded(attempt: Attempt): Promise<void>;
  forgetOld(): Promise<void>;
};

/** The network an address is counted under: /24 of IPv4, /64 of IPv6 (what one site usually gets). */
export const networkOf = (remoteAddress: string): string => {
  if (!isIPv6(remoteAddress)) return `${remoteAddress.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = remoteAddress.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
};

export const createGuard = (db: Db, clock: Clock): Guard => {
  const keysOf = ({ address, network }: Attempt) => [
    { key: `address ${address}`, limit: ADDRESS_FAILURES },
    { key: `network ${network}`, limit: NETWORK_FAILURES },
  ];
  return {
    async lockedUntil(attempt) {
      const { until } = await db
        .selectFrom('identity.sign_in_guard')
        .select((eb) => eb.fn.max('locked_until').as('until'))
        .where(
          'key',
          'in',
          keysOf(attempt).map(({ key }) => key),
        )
        .where('locked_until', '>', clock.now())
        .executeTakeFirstOrThrow();
      return until;
    },

    async failed(attempt) {
      const now = clock.now();
      const since = new Date(now.getTime() - FORGET_AFTER_MS);
      const until = new Date(now.getTime() + LOCK_FOR_MS);
      for (const { key, limit } of keysOf(attempt)) {
        await sql`
          insert into identity.sign_in_guard as g (key, failures, last_failure_at) values (${key}, 1, ${now})
          on conflict (key) do update set
            failures = case when g.last_failure_at < ${since} then 1 else g.failures + 1 end,
            last_failure_at = ${now},
            locked_until = case when g.last_failure_at >= ${since} and g.failures + 1 >= ${limit}
              then ${until}::timestamptz else g.locked_until end`.execute(db);
      }
    },

    async succeeded({ address }) {
      await db.deleteFrom('identity.sign_in_guard').where('key', '=', `address ${address}`).execute();
    },

    async forgetOld() {
      const since = new Date(clock.now().getTime() - FORGET_AFTER_MS);
      await db
        .deleteFrom('identity.sign_in_guard')
        .where('last_failure_at', '<', since)
        .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<', clock.now())]))
        .execute();
    },
  };
};
