// The <character-string> of zone files: tokens, quoting and escapes (RFC 1035 §5.1), and the 255-byte split of TXT.

import { InvalidRdataError } from './rdata.ts';

/** RFC 1035 §3.3: a character-string has one length byte. */
export const MAX_STRING_BYTES = 255;

/** `bytes` with the escapes resolved, `raw` as it was typed. */
export type Token = { bytes: Uint8Array; raw: string };

const encoder = new TextEncoder();

/**
 * Splits one record's data into its tokens, with quotes and escapes (`\X`, `\DDD`) resolved. Characters outside
 * ASCII become their UTF-8 bytes.
 *
 * @throws InvalidRdataError on an open quote, a bad escape, a comment, a parenthesis or a line break: the data of
 *   one record has neither.
 */
export function tokenize(text: string): Token[] {
  if (/[\n\r]/.test(text)) throw invalid('a record is a single line');
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (isBlank(text[position]!)) {
      position += 1;
      continue;
    }
    const quoted = text[position] === '"';
    const end = quoted ? endOfQuoted(text, position) : endOfBare(text, position);
    if (quoted && end < text.length && !isBlank(text[end]!)) {
      throw invalid('a quoted string must be followed by a space');
    }
    const raw = text.slice(position, end);
    tokens.push({ bytes: resolveEscapes(quoted ? raw.slice(1, -1) : raw), raw });
    position = end;
  }
  return tokens;
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

/** Where the string that is opened at `start` has been closed. */
function endOfQuoted(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === '"') return position + 1;
  }
  throw invalid('a quoted string is not closed');
}

function endOfBare(text: string, start: number): number {
  let position = start;
  for (; position < text.length && !isBlank(text[position]!); position += 1) {
    if (text[position] === '\\') position += 1;
    else if ('";()'.includes(text[position]!))
      throw invalid(`quote the text: it holds a bare ${text[position]}`);
  }
  return Math.min(position, text.length);
}

function resolveEscapes(text: string): Uint8Array {
  // Nearly every text is free of escapes, and zones are read by the hundred thousand records.
  if (!text.includes('\\')) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  for (const [, plain, digits, character] of text.matchAll(/([^\\]+)|\\(?:(\d{3})|(\D)|$|\d)/gsu)) {
    if (digits !== undefined && Number(digits) <= 255) parts.push(Uint8Array.of(Number(digits)));
    else if (plain !== undefined || character !== undefined) parts.push(encoder.encode(plain ?? character));
    else throw invalid('a backslash stands before a character or the three digits of a byte');
  }
  return Buffer.concat(parts);
}

/** Bytes as a quoted character-string; what is not printable ASCII as `\DDD`. */
export function quote(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte < 0x20 || byte > 0x7e) text += `\\${String(byte).padStart(3, '0')}`;
    else text += String.fromCharCode(byte);
  }
  return `${text}"`;
}

/** Cuts a text into the strings of a TXT record; an empty text is one empty string (RFC 1035 §3.3.14). */
export function splitText(text: string | Uint8Array): Uint8Array[] {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const strings: Uint8Array[] = [];
  for (let start = 0; start < bytes.length || start === 0; start += MAX_STRING_BYTES) {
    strings.push(bytes.subarray(start, start + MAX_STRING_BYTES));
  }
  return strings;
}

/** The text its readers see: the strings joined without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
export function joinText(strings: readonly Uint8Array[]): string {
  return Buffer.concat(strings).toString('utf8');
}

/** A text as the data of a TXT record in presentation format. */
export function formatText(text: string | Uint8Array): string {
  return splitText(text).map(quote).join(' ');
}

function invalid(message: string): InvalidRdataError {
  return new InvalidRdataError(message, 'RFC 1035 §5.1');
}
