// The keys that sign tokens and cookies, the same for every process. Those for tokens are replaced from time to time: a
// new one is shown in the JWKS a while before it signs, because programs remember what they saw there, and an old one
// stays for as long as something that it signed may be checked.
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import type { JWK } from 'oidc-provider';
import type { Clock } from '../../database/clock.ts';
import { type Db, inTransaction } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';

export type IdentityKeys = {
  /** The first one signs. */
  jwks: { keys: JWK[] };
  cookieKeys: string[];
};

const HOUR_MS = 60 * 60_000;
/** How long a new key is shown before it signs; programs look again after a day at most. */
const SHOWN_BEFORE_MS = 24 * HOUR_MS;
/** How long a key is shown after it signed last; tokens are good for an hour. */
const SHOWN_AFTER_MS = 24 * HOUR_MS;

const SIGNING = 'signing-key';
const COOKIE = 'cookie-key';
/** Any number, but the same in every process: one at a time makes and removes keys. */
const ROTATING_LOCK = 7_110_281_949;

const context = (name: string): string => `identity.secret:${name}`;

type Dated = { createdAt: Date };

/** Of keys in the order they were made: which signs, which is over, and whether a new one is due. */
export const rotationOf = <Key extends Dated>(
  keys: readonly Key[],
  nowMs: number,
  rotateEveryMs: number,
): { signing: Key | undefined; over: Key[]; newIsDue: boolean } => {
  const signsFromMs = ({ createdAt }: Key) => createdAt.getTime() + SHOWN_BEFORE_MS;
  // The first there ever was signs at once: nobody has seen another.
  const index = Math.max(
    0,
    keys.findLastIndex((key) => signsFromMs(key) <= nowMs),
  );
  const signing = keys[index];
  const over = keys.slice(0, index).filter((_, at) => signsFromMs(keys[at + 1]!) + SHOWN_AFTER_MS <= nowMs);
  const newest = keys.at(-1);
  return { signing, over, newIsDue: !newest || newest.createdAt.getTime() + rotateEveryMs <= nowMs };
};

type Options = { db: Db; secretBox: SecretBox; clock: Clock; rotateEveryMs: number };

/** Makes and removes what is due, and answers the keys as they are then. */
export const currentIdentityKeys = async (options: Options): Promise<IdentityKeys> => {
  const { db, clock, rotateEveryMs } = options;
  const due = (keys: Dated[]) => {
    const { over, newIsDue } = rotationOf(keys, clock.now().getTime(), rotateEveryMs);
    return newIsDue || over.length > 0;
  };
  let keys = await readKeys(options);
  if (due(keys.signing) || keys.cookies.length === 0) {
    await inTransaction(db, async (tx) => {
      await sql`select pg_advisory_xact_lock(${ROTATING_LOCK})`.execute(tx);
      await rotate({ ...options, db: tx });
    });
    keys = await readKeys(options);
  }
  const { signing } = rotationOf(keys.signing, clock.now().getTime(), rotateEveryMs);
  const others = keys.signing.filter((key) => key !== signing);
  return {
    jwks: { keys: [signing!, ...others].map(({ value }) => JSON.parse(value) as JWK) },
    cookieKeys: keys.cookies.map(({ value }) => value),
  };
};

const rotate = async (options: Options): Promise<void> => {
  const { db, secretBox, clock, rotateEveryMs } = options;
  const now = clock.now();
  const keep = async (name: string, value: string) => {
    const value_sealed = secretBox.seal(value, context(name));
    await db.insertInto('identity.secret').values({ name, value_sealed, created_at: now }).execute();
  };
  // Whoever waited for the lock finds what the other one made.
  const keys = await readKeys(options);
  const { over, newIsDue } = rotationOf(keys.signing, now.getTime(), rotateEveryMs);
  if (newIsDue) await keep(`${SIGNING}:${randomBytes(8).toString('hex')}`, await newSigningKey());
  if (keys.cookies.length === 0) await keep(COOKIE, randomBytes(32).toString('base64url'));
  for (const { name } of over) await db.deleteFrom('identity.secret').where('name', '=', name).execute();
};

type Kept = { name: string; value: string; createdAt: Date };

const readKeys = async ({
  db,
  secretBox,
}: Pick<Options, 'db' | 'secretBox'>): Promise<{ signing: Kept[]; cookies: Kept[] }> => {
  const rows = await db
    .selectFrom('identity.secret')
    .selectAll()
    .orderBy('created_at')
    .orderBy('name')
    .execute();
  const kept = rows.map(
    ({ name, value_sealed, created_at }): Kept => ({
      name,
      value: secretBox.open(value_sealed, context(name)),
      createdAt: created_at,
    }),
  );
  return {
    signing: kept.filter(({ name }) => name === SIGNING || name.startsWith(`${SIGNING}:`)),
    cookies: kept.filter(({ name }) => name === COOKIE),
  };
};

const newSigningKey = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('base64url');
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' });
};
