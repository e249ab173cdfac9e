// The cookie a session is carried in, and the token that proves a write comes from a page that may read it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, serialize } from 'hono/utils/cookie';

export type Cookie = {
  /** `__Host-` where there is TLS: then no other host and no unencrypted page can set it (RFC 6265bis §4.1.3). */
  name: string;
  secure: boolean;
};

const cookieOf = (publicUrl: string, name: string): Cookie => {
  const secure = publicUrl.startsWith('https:');
  return { name: secure ? `__Host-${name}` : name, secure };
};

/** @param publicUrl where browsers reach the installation */
export const sessionCookieOf = (publicUrl: string): Cookie => cookieOf(publicUrl, 'inboxkit_session');

/** By which a device that signed in before is known. */
export const deviceCookieOf = (publicUrl: string): Cookie => cookieOf(publicUrl, 'inboxkit_device');

export const readCookie = (header: string | undefined, name: string): string | undefined =>
  header === undefined ? undefined : parse(header, name)[name];

/** A `Set-Cookie` that no script can read and no other site's page makes the browser send. */
export const setCookie = ({ name, secure }: Cookie, value: string, maxAgeS: number): [string, string] => [
  'Set-Cookie',
  serialize(name, value, { path: '/', httpOnly: true, secure, sameSite: 'Strict', maxAge: maxAgeS }),
];

export const csrfTokenOf = (sessionToken: string): string =>
  createHmac('sha256', sessionToken).update('csrf').digest('base64url');

export const isCsrfToken = (sessionToken: string, given: string | undefined): boolean => {
  const expected = Buffer.from(csrfTokenOf(sessionToken));
  const sent = Buffer.from(given ?? '');
  return sent.length === expected.length && timingSafeEqual(sent, expected);
};

/**
 * Whether a browser says that another site's page sent the request. What says nothing is no browser, or one so old that
 * the token alone has to do.
 */
export const isCrossOrigin = (header: (name: string) => string | undefined, publicUrl: string): boolean => {
  const site = header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === undefined) return false;
  const from = URL.canParse(origin) ? new URL(origin).host : null;
  return from !== header('host') && from !== new URL(publicUrl).host;
};
