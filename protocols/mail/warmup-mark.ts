/**
 * The mark of warm-up letters: a header field with a keyed hash of who writes what to whom. An installation knows its own
 * letters by it, and files them away. Who sees one can do no more with it than send the same letter to the same address
 * again.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { normalizeAddress, parseSingleMailbox } from './address.ts';
import { readHeader } from './header.ts';

const FIELD = 'X-InboxKit-Warmup';
const VERSION = 'v1';

/** Where letters with the mark are filed, so that they never show in the INBOX. */
export const WARMUP_FOLDER = 'Warmup';

type Letter = { from: string; to: string; messageId: string; subject: string; body: Buffer };

/** The field, CRLF included. `message` is complete: nothing below the header section may change after it. */
export const warmupMark = (message: Buffer, to: string, secret: string): string => {
  const letter = letterIn(message, to);
  if (!letter) throw new Error('a warm-up letter has one author, one recipient and a Message-ID');
  return `${FIELD}: ${VERSION}; ${hashOf(letter, secret)}\r\n`;
};

/** Cheap, so that other mail costs nothing more. */
export const seemsMarked = (message: Buffer): boolean => fieldsOf(message, FIELD).length === 1;

/** Whether the message is a letter to this address that was marked with the secret. */
export const isMarked = (message: Buffer, to: string, secret: string): boolean => {
  const [given, ...others] = fieldsOf(message, FIELD);
  const letter = letterIn(message, to);
  if (given === undefined || others.length > 0 || !letter) return false;
  const expected = Buffer.from(`${VERSION}; ${hashOf(letter, secret)}`);
  const found = Buffer.from(given);
  return found.length === expected.length && timingSafeEqual(found, expected);
};

const fieldsOf = (message: Buffer, name: string): string[] =>
  readHeader(message)
    .fields.filter((field) => field.name === name.toLowerCase())
    .map(({ value }) => value);

/** Null for what has any of it twice, or not at all. */
const letterIn = (message: Buffer, to: string): Letter | null => {
  const one = (name: string): string | null => {
    const [value, ...others] = fieldsOf(message, name);
    return value === undefined || others.length > 0 ? null : value;
  };
  const from = normalized(parseSingleMailbox(one('From') ?? ''));
  const recipient = normalized(to);
  const messageId = one('Message-ID');
  if (!from || !recipient || !messageId) return null;
  const body = message.subarray(readHeader(message).end);
  return { from, to: recipient, messageId, subject: one('Subject') ?? '', body };
};

const normalized = (address: string | null): string | null => (address ? normalizeAddress(address) : null);

const hashOf = ({ from, to, messageId, subject, body }: Letter, secret: string): string => {
  const hash = createHmac('sha256', secret);
  for (const part of [VERSION, from, to, messageId, subject])
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  // Hosts on the way may add empty lines at the end, or take them away (RFC 6376 §3.4.3).
  return hash.update(body.toString('latin1').trimEnd(), 'latin1').digest('base64url');
};
