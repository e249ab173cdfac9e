// The header of a message or of a MIME part: its fields as byte ranges of the raw message (RFC 5322 §2.2).
// Nothing is copied or re-encoded, so what a client fetches is what was received, and signatures stay whole.

export type ByteRange = [start: number, end: number];

export type HeaderField = {
  /** Lower case; empty for a line that is no field. */
  name: string;
  start: number;
  valueStart: number;
  /** After the line break of the last folded line. */
  end: number;
};

/** `range` includes the blank line after the fields, when there is one. */
export type HeaderBlock = { range: ByteRange; fields: HeaderField[] };

// A header of millions of one-letter fields would cost more memory than the message itself. What comes after
// stays part of the header, but is not found by name.
const mostFields = 10_000;
const mostValueBytes = 256 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;
const COLON = 58;

/** Reads the header that starts at `start` and ends with a blank line, or at `limit` without one. */
export const parseHeaderBlock = (raw: Buffer, start: number, limit: number): HeaderBlock => {
  const fields: HeaderField[] = [];
  let position = start;
  while (position < limit) {
    const lineEnd = endOfLine(raw, position, limit);
    const first = raw[position];
    if (first === LF || (first === CR && raw[position + 1] === LF && position + 1 < limit)) {
      return { range: [start, lineEnd], fields };
    }
    const last = fields.at(-1);
    if ((first === SPACE || first === TAB) && last) last.end = lineEnd;
    else if (fields.length < mostFields) fields.push(parseField(raw, position, lineEnd));
    position = lineEnd;
  }
  return { range: [start, limit], fields };
};

const endOfLine = (raw: Buffer, position: number, limit: number): number => {
  const newline = raw.indexOf(LF, position);
  return newline === -1 || newline >= limit ? limit : newline + 1;
};

const parseField = (raw: Buffer, start: number, end: number): HeaderField => {
  const line = raw.subarray(start, end);
  const colon = line.indexOf(COLON);
  if (colon === -1) return { name: '', start, valueStart: start, end };
  const name = line.toString('latin1', 0, colon).trimEnd().toLowerCase();
  return { name, start, valueStart: start + colon + 1, end };
};

/**
 * The unfolded value (RFC 5322 §2.2.3), one character per octet, without the white space around it. NUL, which
 * neither IMAP strings nor PostgreSQL texts can hold, is left out, and so is what exceeds 256 KiB.
 */
export const fieldValue = (raw: Buffer, field: HeaderField): string =>
  raw
    .toString('latin1', field.valueStart, Math.min(field.end, field.valueStart + mostValueBytes))
    .replace(/[\r\n\0]+/g, '')
    .trim();

/** The value of the first field of that name (lower case), or null. */
export const headerValue = (raw: Buffer, header: HeaderBlock, name: string): string | null => {
  const field = header.fields.find((candidate) => candidate.name === name);
  return field ? fieldValue(raw, field) : null;
};

/** The values of all fields of that name, as one list: address fields that were given twice (RFC 5322 §4.5.3). */
export const headerList = (raw: Buffer, header: HeaderBlock, name: string): string =>
  header.fields
    .filter((field) => field.name === name)
    .map((field) => fieldValue(raw, field))
    .join(', ');
