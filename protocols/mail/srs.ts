/**
 * The Sender Rewriting Scheme (SRS), in the guarded form that Mail::SRS defined and others read.
 *
 * Mail that is sent on under its original envelope sender fails the SPF check of that sender's domain, as it no longer
 * comes from there (RFC 7208 appendix D). So the forwarder puts an address of its own domain in the envelope that holds
 * the original one, and sends back what is addressed to it, which is delivery reports:
 *
 *   SRS0=HHHH=TT=original.example=ann@forwarder.example
 *   SRS1=HHHH=forwarder.example==HHHH=TT=original.example=ann@second-forwarder.example
 *
 * HHHH is a keyed hash, without which anybody could have mail relayed to anywhere; TT is the day. A second forwarder
 * adds only itself to the first one's address, and a third one replaces the second, so addresses stop growing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { normalizePath, quoteLocalPart, splitAddress, unquoteLocalPart } from './address.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
// Two digits of base 32: days are counted modulo this.
const DAY_CYCLE = 1024;
/** For how many days after a message was sent on its sender can be told about it. Queues give up long before. */
export const SRS_VALID_DAYS = 21;
const HASH_LENGTH = 4;

// A forwarder chooses the character after the tag, and it has to come back; further separators are always "=".
const SRS0_TAG = /^SRS0([=+-])/i;
const SRS0 = /^SRS0[=+-]([^=]+)=([A-Z2-7]{2})=([^=]+)=(.+)$/is;
const SRS1 = /^SRS1[=+-]([^=]+)=([^=]+)=([=+-].+)$/is;

/** True for an address that may be one of this scheme, ours or another forwarder's. */
export const hasSrsTag = (address: string): boolean => /^"?SRS[01][=+-]/i.test(address);

export type SrsReversal =
  | { result: 'reversed'; address: string }
  /** Not an SRS address. */
  | { result: 'none' }
  /** Not made with this secret, or changed since. */
  | { result: 'forged' }
  | { result: 'expired' };

/**
 * The envelope sender for `sender`'s mail when `domain` sends it on. Always rewrites, also a sender of `domain` itself:
 * nothing tells that it really is one.
 *
 * @param sender in the form of `normalizePath`; not the null path, which stays as it is.
 * @returns null when there is no valid address that holds this one (RFC 5321 §4.5.3.1.3).
 */
export function rewriteSender(sender: string, domain: string, secret: string, now: Date): string | null {
  const parts = splitAddress(sender);
  if (!parts) return null;
  const content = compose(unquoteLocalPart(parts.localPart), parts.domain, secret, now);
  return normalizePath(`${quoteLocalPart(content)}@${domain}`)?.address ?? null;
}

function compose(user: string, host: string, secret: string, now: Date): string {
  const srs1 = SRS1.exec(user);
  // The hash of the forwarder before is dropped: it is the first one's that protects the way back.
  if (srs1) return guard(srs1[2] as string, srs1[3] as string, secret);
  if (SRS0_TAG.test(user)) return guard(host, user.slice('SRS0'.length), secret);
  const day = dayOf(now);
  return `SRS0=${hash(secret, day, host, user)}=${day}=${host}=${user}`;
}

/** @param rest the local part of the SRS0 address at `host`, from its first separator on. */
const guard = (host: string, rest: string, secret: string): string =>
  `SRS1=${hash(secret, host, rest)}=${host}=${rest}`;

/** The address inside of an address that `rewriteSender` made. Hosts on the way may have changed the case of its letters. */
export function reverseSender(address: string, secret: string, now: Date): SrsReversal {
  const content = unquoteLocalPart(splitAddress(address)?.localPart ?? '');
  const srs1 = SRS1.exec(content);
  if (srs1) {
    const [, given = '', host = '', rest = ''] = srs1;
    if (!verifies(given, hash(secret, host, rest))) return { result: 'forged' };
    return reversed(`SRS0${rest}`, host);
  }
  const srs0 = SRS0.exec(content);
  if (!srs0) return { result: 'none' };
  const [, given = '', day = '', host = '', user = ''] = srs0;
  if (!verifies(given, hash(secret, day, host, user))) return { result: 'forged' };
  const ageDays = (dayNumber(now) - readDay(day) + DAY_CYCLE) % DAY_CYCLE;
  return ageDays > SRS_VALID_DAYS ? { result: 'expired' } : reversed(user, host);
}

function reversed(user: string, host: string): SrsReversal {
  const path = normalizePath(`${quoteLocalPart(user)}@${host}`);
  // What we signed was an address, so this is none of ours.
  return path ? { result: 'reversed', address: path.address } : { result: 'forged' };
}

/** Of the letters in lower case, so that a host that does not keep their case breaks nothing. */
const hash = (secret: string, ...parts: string[]): string =>
  createHmac('sha1', secret).update(parts.join('').toLowerCase()).digest('base64').slice(0, HASH_LENGTH);

function verifies(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given.toLowerCase()), Buffer.from(expected.toLowerCase())];
  return a.length === b.length && timingSafeEqual(a, b);
}

const dayNumber = (date: Date): number => Math.floor(date.getTime() / DAY_MS) % DAY_CYCLE;

const dayOf = (date: Date): string =>
  `${BASE32[dayNumber(date) >> 5] as string}${BASE32[dayNumber(date) & 31] as string}`;

const readDay = (day: string): number =>
  [...day.toUpperCase()].reduce((number, digit) => number * 32 + BASE32.indexOf(digit), 0);
