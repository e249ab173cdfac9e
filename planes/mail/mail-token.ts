// Access tokens of programs that the owner of a mailbox let in at the identity plane. Asked about in the database each
// time and never remembered, so that one that was taken back opens nothing from that moment on.
import { createHash } from 'node:crypto';
import type { Db } from '../../database/database.ts';

/** How a token is known in `published.mail_token`. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** The mailbox that the token opens now; null for one that is over, was taken back, or never was. */
export const mailboxOfToken = async (db: Db, tokenHash: Buffer, now: Date): Promise<string | null> => {
  const row = await db
    .selectFrom('published.mail_token')
    .select('mailbox_id')
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row?.mailbox_id ?? null;
};

/** What OAUTHBEARER (RFC 7628 §3.1) and XOAUTH2, which came before it, have a client say. */
export type BearerResponse = { address: string; token: string };

/**
 * `n,a=<address>,` in front and `auth=Bearer <token>` among the fields, or `user=<address>` beside it; fields end in ^A.
 *
 * @returns null for anything else, also where no address is given: it says which mailbox the client believes in
 */
export const parseBearer = (response: string): BearerResponse | null => {
  const [first = '', ...rest] = response.split('\x01');
  // RFC 5801 §4: in a name, a comma and an equals sign are written as =2C and =3D.
  const named = /^[ny],a=([^,]+),$/.exec(first)?.[1]?.replaceAll('=2C', ',').replaceAll('=3D', '=');
  const fields = new Map(
    [first, ...rest].map((field) => {
      const [, key = '', value = ''] = /^([A-Za-z]+)=(.*)$/s.exec(field) ?? [];
      return [key.toLowerCase(), value];
    }),
  );
  const address = named ?? fields.get('user');
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(fields.get('auth') ?? '')?.[1];
  return address && token ? { address, token } : null;
};

/** Why a token was refused, as a client that can get a new one wants to hear it (RFC 7628 §3.2.2). */
export const BEARER_REFUSED = { status: 'invalid_token', schemes: 'bearer', scope: 'mail' };
