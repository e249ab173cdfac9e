// What an authority asks for over plain HTTP to see that a host is ours (RFC 8555 §8.3). It is in the database, so
// that whichever process is asked can answer for the one that ordered.
import type { Db } from '../../../database/database.ts';

export type Challenge = { host: string; token: string; keyAuthorization: string };

const PREFIX = '/.well-known/acme-challenge/';
/** Longer than any attempt goes on. */
const FORGET_AFTER_MS = 60 * 60_000;

/** Null for any other path; the token is empty where the path holds none. A token is base64url (RFC 8555 §8.1). */
export const challengeTokenOf = (path: string): string | null => {
  if (!path.startsWith(PREFIX)) return null;
  const token = path.slice(PREFIX.length);
  return /^[\w-]{1,200}$/.test(token) ? token : '';
};

export async function putChallenge(db: Db, challenge: Challenge, now: Date): Promise<void> {
  const row = {
    host: challenge.host,
    key_authorization: challenge.keyAuthorization,
    expires_at: new Date(now.getTime() + FORGET_AFTER_MS),
  };
  await db
    .insertInto('web.challenge')
    .values({ token: challenge.token, ...row })
    .onConflict((conflict) => conflict.column('token').doUpdateSet(row))
    .execute();
}

/** The text to answer with, null when no such challenge of that host is known. */
export async function findKeyAuthorization(db: Db, host: string, token: string): Promise<string | null> {
  const row = await db
    .selectFrom('web.challenge')
    .select('key_authorization')
    .where('token', '=', token)
    .where('host', '=', host)
    .executeTakeFirst();
  return row?.key_authorization ?? null;
}
