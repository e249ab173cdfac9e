/**
 * Signing in to a mailbox, shared by submission and IMAP.
 *
 * A good login is remembered for some minutes, because argon2id is slow on purpose and sequencers sign in once
 * per message. A change of the mailbox forgets it at once.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { listen } from '../../database/listen.ts';
import { normalizeAddress } from '../../protocols/mail/address.ts';
import { createLoginThrottle, networkOf, type ThrottleKey } from './login-throttle.ts';
import { hashOfToken, mailboxOfToken } from './mail-token.ts';

const CACHE_TTL_MS = 5 * 60 * 1000;
const MAX_CACHED = 10_000;
const KNOWN_FOR_MS = 24 * 60 * 60 * 1000;
// Longer ones cannot be right and would only cost time to hash.
const MAX_SECRET_OCTETS = 1024;
const FREE_FAILURES_PER_ADDRESS = 5;
// Offices and sequencers sign in to many mailboxes from one network.
const FREE_FAILURES_PER_NETWORK = 20;

// Those of the hashes in `published.mailbox`, so that an address without any takes as long to refuse as one with.
const PASSWORD_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const APP_PASSWORD_COST = { memoryCost: 1_024, timeCost: 1, parallelism: 1 };

/** A mailbox that signed in. */
export type MailLogin = {
  /** Mailbox uid. */
  id: string;
  workspaceId: string;
  /** In the form of `normalizeAddress`. */
  address: string;
  /** Further addresses of its own, in the same form. */
  aliases: string[];
  /** What published.mailbox had when it signed in; a session of another one is over. */
  loginVersion: number;
  displayName: string;
  quotaBytes: number;
  /** Recipients per UTC day. */
  dailySendLimit: number;
  /** Of the access token it signed in with, by which `mailboxOfToken` knows whether that is still good. */
  tokenHash: Buffer | null;
};

export type LoginAttempt = {
  address: string;
  protocol: 'smtp' | 'imap';
  remoteAddress: string;
} & (
  | {
      /** The password or the app password. */
      secret: string;
    }
  | {
      /** An access token with the scope `mail`. */
      token: string;
    }
);
type PasswordAttempt = Extract<LoginAttempt, { secret: string }>;
type TokenAttempt = Extract<LoginAttempt, { token: string }>;

/**
 * Null when the credentials are wrong, the mailbox is suspended or unknown, or guessing is being slowed down:
 * callers cannot and must not tell which. Throws when the database cannot be asked.
 */
export type Authenticate = (attempt: LoginAttempt) => Promise<MailLogin | null>;

/** Opens the login; `close` ends its database connection. */
export async function createLogin(options: {
  databaseUrl: string;
  db: Db;
  clock?: Clock;
  log: Logger;
}): Promise<{ authenticate: Authenticate; close(): Promise<void> }> {
  const { databaseUrl, db, clock = systemClock, log } = options;
  const throttle = createLoginThrottle(clock);
  const cache = createLoginCache(clock);
  const running = new Map<string, Promise<MailLogin | null>>();
  // Address and network of recent good logins. They are throttled apart from everyone else, so that an attack
  // from elsewhere cannot lock the owner out.
  const knownUntilMs = new Map<string, number>();
  // Verified against when there is nothing to verify, so that the time taken does not tell which addresses exist.
  const nobodys = {
    appPassword: await hash(randomBytes(32), APP_PASSWORD_COST),
    password: await hash(randomBytes(32), PASSWORD_COST),
  };

  const listener = await listen(databaseUrl, 'published_mailbox', (id) => cache.forget(id), {
    onReconnect: () => cache.clear(),
    onConnectionLost: (err) => log.warn({ err }, 'login: lost the database connection that reports changes'),
  });

  const check = async (attempt: PasswordAttempt, address: string | null): Promise<MailLogin | null> => {
    const row = address === null ? undefined : await mailboxOfAddress(db, address);
    // The app password first: programs use it, it is cheap to check, and they sign in far more often than people.
    const hashes = [row?.app_password_hash ?? nobodys.appPassword, row?.password_hash ?? nobodys.password];
    let matched = false;
    for (const candidate of hashes) {
      if (await verify(candidate, attempt.secret)) {
        matched = true;
        break;
      }
    }
    return row && matched && row.status === 'active' ? loginOf(row) : null;
  };

  // Nobody guesses 256 random bits, so there is nothing to slow down.
  const signInByToken = async (attempt: TokenAttempt): Promise<MailLogin | null> => {
    const { protocol, remoteAddress } = attempt;
    const address = normalizeAddress(attempt.address);
    const tokenHash = hashOfToken(attempt.token);
    const mailboxId = await mailboxOfToken(db, tokenHash, clock.now());
    const row =
      mailboxId === null ? undefined : await mailboxes(db).where('m.id', '=', mailboxId).executeTakeFirst();
    const isIts = row && address !== null && [row.address, ...row.aliases].includes(address);
    if (isIts && row.status === 'active') return { ...loginOf(row), tokenHash };
    log.info({ address, protocol, remoteAddress }, 'login: access token refused');
    return null;
  };

  const signIn = async (attempt: PasswordAttempt, cacheKey: string): Promise<MailLogin | null> => {
    const { protocol, remoteAddress } = attempt;
    const address = normalizeAddress(attempt.address);
    const pair = `${address} ${networkOf(remoteAddress)}`;
    const keys: ThrottleKey[] =
      (knownUntilMs.get(pair) ?? 0) > clock.now().getTime()
        ? [{ key: `pair ${pair}`, freeFailures: FREE_FAILURES_PER_ADDRESS }]
        : [
            { key: `address ${address}`, freeFailures: FREE_FAILURES_PER_ADDRESS },
            { key: `network ${networkOf(remoteAddress)}`, freeFailures: FREE_FAILURES_PER_NETWORK },
          ];
    if (Buffer.byteLength(attempt.secret) > MAX_SECRET_OCTETS || !(await throttle.admit(keys))) {
      log.info({ address, protocol, remoteAddress }, 'login: refused without checking');
      return null;
    }
    const generation = cache.generation();
    const login = await check(attempt, address);
    if (!login) {
      throttle.failed(keys);
      log.info({ address, protocol, remoteAddress }, 'login: wrong credentials');
      return null;
    }
    // The network's count stays: someone with one good mailbox could otherwise guess at all others.
    throttle.succeeded(keys.filter(({ key }) => !key.startsWith('network ')));
    if (knownUntilMs.size >= MAX_CACHED) knownUntilMs.clear();
    knownUntilMs.set(pair, clock.now().getTime() + KNOWN_FOR_MS);
    cache.remember(cacheKey, login, generation);
    return login;
  };

  return {
    async authenticate(attempt) {
      if ('token' in attempt) return signInByToken(attempt);
      const cacheKey = cache.key(attempt.address.toLowerCase(), attempt.secret);
      const cached = cache.find(cacheKey);
      if (cached) return cached;
      // A client that opens many connections at once signs in with the same credentials on each.
      const alreadyRunning = running.get(cacheKey);
      if (alreadyRunning) return alreadyRunning;
      const signingIn = signIn(attempt, cacheKey).finally(() => running.delete(cacheKey));
      running.set(cacheKey, signingIn);
      return signingIn;
    },
    close: () => listener.close(),
  };
}

const mailboxes = (db: Db) =>
  db
    .selectFrom('published.mailbox as m')
    .selectAll('m')
    .select((eb) =>
      eb
        .selectFrom('published.mailbox_alias as a')
        .select(sql<string[]>`coalesce(array_agg(a.address order by a.address), '{}')`.as('aliases'))
        .whereRef('a.mailbox_id', '=', 'm.id')
        .$asScalar()
        .$notNull()
        .as('aliases'),
    );

/** The mailbox that has the address, as its own or as an alias. */
const mailboxOfAddress = async (db: Db, address: string) => {
  const alias = db.selectFrom('published.mailbox_alias').select('mailbox_id').where('address', '=', address);
  return mailboxes(db)
    .where((eb) => eb.or([eb('m.address', '=', address), eb('m.id', 'in', alias)]))
    .executeTakeFirst();
};

const loginOf = (row: NonNullable<Awaited<ReturnType<typeof mailboxOfAddress>>>): MailLogin => ({
  id: row.id,
  workspaceId: row.workspace_id,
  address: row.address,
  aliases: row.aliases,
  loginVersion: row.login_version,
  displayName: row.display_name,
  quotaBytes: row.quota_bytes,
  dailySendLimit: row.daily_send_limit,
  tokenHash: null,
});

/** Good logins by a keyed hash of the credentials: the memory of the process never holds the secret itself. */
function createLoginCache(clock: Clock) {
  const hmacKey = randomBytes(32);
  const logins = new Map<string, { login: MailLogin; untilMs: number }>();
  const keysOfMailbox = new Map<string, Set<string>>();
  let generation = 0;

  const drop = (key: string): void => {
    const entry = logins.get(key);
    if (!entry) return;
    logins.delete(key);
    const keys = keysOfMailbox.get(entry.login.id);
    keys?.delete(key);
    if (keys?.size === 0) keysOfMailbox.delete(entry.login.id);
  };

  return {
    key: (address: string, secret: string): string =>
      createHmac('sha256', hmacKey).update(`${address}\0${secret}`).digest('base64'),

    find(key: string): MailLogin | undefined {
      const entry = logins.get(key);
      if (entry && entry.untilMs > clock.now().getTime()) return entry.login;
      drop(key);
      return undefined;
    },

    /** Changes with every `forget`; a login read before one must not be remembered after it. */
    generation: (): number => generation,

    remember(key: string, login: MailLogin, readAt: number): void {
      if (readAt !== generation) return;
      const [oldest] = logins.keys();
      if (oldest !== undefined && logins.size >= MAX_CACHED) drop(oldest);
      logins.set(key, { login, untilMs: clock.now().getTime() + CACHE_TTL_MS });
      const keys = keysOfMailbox.get(login.id) ?? new Set();
      keysOfMailbox.set(login.id, keys.add(key));
    },

    forget(mailboxId: string): void {
      generation += 1;
      for (const key of keysOfMailbox.get(mailboxId) ?? []) drop(key);
    },

    clear(): void {
      generation += 1;
      logins.clear();
      keysOfMailbox.clear();
    },
  };
}
