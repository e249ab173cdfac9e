// What SEARCH compares with (RFC 9051 §6.4.4): encoded words, transfer encodings and charsets decoded, lower case.
import { isUtf8 } from 'node:buffer';
import libmime from 'libmime';
import { decode as decodeCharset } from 'libmime/lib/charset';
import { parseAddressList } from './address-list.ts';
import { type ByteRange, fieldValue, type HeaderBlock, type HeaderField } from './header-fields.ts';
import type { MimePart } from './mime-tree.ts';
import { decodeTransfer } from './transfer-encoding.ts';

/** The form both sides of a comparison take. */
export const foldForSearch = (text: string): string => {
  // Encoded words can hold what PostgreSQL takes in no text: NUL and halves of surrogate pairs.
  const whole = text.replaceAll('\0', '');
  // Plain ASCII, which most mail is, has one form only.
  return (beyondAscii.test(whole) ? whole.toWellFormed().normalize('NFC') : whole).toLowerCase();
};

const beyondAscii = /[\x80-\uffff]/;

/** Fields looked for so often that they are kept decoded beside the message. */
export const keptSearchFields = [
  'from',
  'to',
  'cc',
  'bcc',
  'subject',
  'message-id',
  'in-reply-to',
  'references',
] as const;

const addressFields = new Set(['from', 'to', 'cc', 'bcc']);

/** The kept fields a header has; a missing one has no key. */
export const keptSearchHeaders = (raw: Buffer, header: HeaderBlock): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of keptSearchFields) {
    const text = searchableField(raw, header, name);
    if (text !== null) kept[name] = text;
  }
  return kept;
};

/**
 * All fields of that name (lower case), one per line, or null when there is none. A run of white space, which folding
 * makes, is one space: nobody knows where a line was folded.
 */
export const searchableField = (raw: Buffer, header: HeaderBlock, name: string): string | null => {
  const fields = header.fields.filter((field) => field.name === name);
  if (fields.length === 0) return null;
  const lines = fields.flatMap((field) => {
    const own = searchableValue(raw, field);
    return addressFields.has(name) ? [own, ...addressLines(raw, field)] : [own];
  });
  return lines.join('\n');
};

/** What one field says. */
export const searchableValue = (raw: Buffer, field: HeaderField): string =>
  foldForSearch(decodeHeader(oneSpaced(raw, field)));

const oneSpaced = (raw: Buffer, field: HeaderField): string => fieldValue(raw, field).replace(/[ \t]+/g, ' ');

// Addresses without their comments and white space, so that user@(x) example.com is found as user@example.com.
const addressLines = (raw: Buffer, field: HeaderField): string[] =>
  parseAddressList(oneSpaced(raw, field))
    .filter((address) => address.host !== null)
    .map(({ name, mailbox, host }) => `${name ? decodeHeader(name) : ''} <${mailbox}@${host}>`.trimStart())
    .map(foldForSearch);

const needsDecoding = /=\?|[\x80-\xff]/;

/** Raw header text (one character per octet) with its encoded words and 8-bit text decoded. */
export const decodeHeader = (text: string): string => {
  if (!needsDecoding.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  const plain = isUtf8(bytes) ? bytes.toString('utf8') : text;
  try {
    return libmime.decodeWords(plain);
  } catch {
    return plain;
  }
};

const mostHeaderBytes = 1024 * 1024;

/** Whether `searchableHeader` is all of it. */
export const readsWholeHeader = ({ range: [start, end] }: HeaderBlock): boolean =>
  end - start <= mostHeaderBytes;

/** The whole header as text, of a monstrous one the first MiB; a run of white space is one space, as in its fields. */
export const searchableHeader = (raw: Buffer, { range: [start, end] }: HeaderBlock): string => {
  const text = raw.toString('latin1', start, Math.min(end, start + mostHeaderBytes));
  return foldForSearch(decodeHeader(text.replace(/(?:[ \t]|\r?\n(?=[ \t]))+/g, ' ')));
};

/**
 * The texts of a message one by one: its text parts decoded, and the headers of messages inside of it. A caller
 * that found what it looks for needs no further ones.
 */
export function* searchableBodies(raw: Buffer, part: MimePart): Generator<string> {
  for (const child of part.children) yield* searchableBodies(raw, child);
  if (part.embedded) {
    yield searchableHeader(raw, part.embedded.header);
    yield* searchableBodies(raw, part.embedded);
  } else if (part.type === 'text' || part.type === 'message') {
    yield foldForSearch(decodeBody(raw, part.body, part));
  }
}

/** The headers of the parts, where the names of attachments are. */
export function* searchablePartHeaders(raw: Buffer, part: MimePart): Generator<string> {
  const inside = part.embedded ? [part.embedded] : part.children;
  for (const child of inside) {
    if (!part.embedded) yield searchableHeader(raw, child.header);
    yield* searchablePartHeaders(raw, child);
  }
}

const decodeBody = (raw: Buffer, [start, end]: ByteRange, part: MimePart): string => {
  const charset = part.parameters.find(([name]) => name === 'charset')?.[1] ?? 'us-ascii';
  const encoded = raw.subarray(start, end);
  const bytes = decodeTransfer(encoded, part.encoding) ?? encoded;
  // Where nothing else is said, 8-bit text is mostly UTF-8.
  if (/^us-ascii$/i.test(charset)) return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  try {
    return decodeCharset(bytes, charset);
  } catch {
    return bytes.toString('latin1');
  }
};

// Where octets are not what they seem: encoded words, base64, and charsets that are no extension of ASCII.
const hidesLetters =
  /=\?|base64|charset[^=]{0,20}=\s*"?\s*(?!utf-8|us-ascii|ascii|iso-8859-|windows-125|koi8-|latin1)/;
// Of a text that is looked for, what can only come from the same octets. Lower case makes an i of U+0130 and a k of
// U+212A, NFC a semicolon of U+037E and a backquote of U+1FEF, and white space is folded.
const ownLetters = /[!-:<-_a-hjl-~]+/g;

/**
 * A quick look at a message that spares reading it: answers false for a text, as `foldForSearch` makes it, that the
 * message cannot have in its header or in any of its texts.
 */
export const plainGlance = (raw: Buffer): ((text: string) => boolean) => {
  const lower = raw.toString('latin1').toLowerCase();
  if (hidesLetters.test(lower)) return () => true;
  const letters = lower.includes('quoted-printable') ? undoQuotedPrintable(lower) : lower;
  return (text) =>
    (text.match(ownLetters) ?? []).every((run) => lower.includes(run) || letters.includes(run));
};

const undoQuotedPrintable = (lower: string): string =>
  lower
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .toLowerCase();
