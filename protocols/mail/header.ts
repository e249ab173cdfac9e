/**
 * The header section of a raw message as bytes: reading, removing and adding whole fields without touching
 * any other byte, because DKIM signatures cover them (RFC 6376 §3.4).
 */

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
// RFC 5322 §2.2: printable ASCII but the colon. Obsolete syntax (§4.5.8) lets white space, and with it a fold,
// stand before the colon; a reader that knows it would otherwise see fields that we do not.
const FIELD_NAME = /^([\x21-\x39\x3b-\x7e]+)[ \t\r\n]*:/;

export type HeaderField = {
  /** In lower case. */
  name: string;
  /** Unfolded (RFC 5322 §2.2.3) and trimmed, read as UTF-8 (RFC 6532 §3.2). */
  value: string;
  /** Byte offsets in the message, the final CRLF included. */
  start: number;
  end: number;
};

export type HeaderSection = {
  fields: HeaderField[];
  /** Offset of the first byte after the header section: of the empty line, or of the end of the message. */
  end: number;
  /** True when a line is neither a field nor the continuation of one. */
  malformed: boolean;
};

/** Reads the header section of a message whose lines end in CRLF. Never throws; junk lines are left out of `fields`. */
export function readHeader(message: Buffer): HeaderSection {
  const fields: HeaderField[] = [];
  let malformed = false;
  let start = 0;
  while (start < message.length) {
    if (message[start] === CR && message[start + 1] === LF) break;
    const end = endOfField(message, start);
    const text = message.toString('utf8', start, end);
    const name = FIELD_NAME.exec(text);
    if (name) {
      const value = text
        .slice(name[0].length)
        .replace(/\r\n(?=[ \t])/g, '')
        .trim();
      fields.push({ name: (name[1] as string).toLowerCase(), value, start, end });
    } else malformed = true;
    start = end;
  }
  return { fields, end: start, malformed };
}

/** Offset just after the field that starts at `start`: its line and all that begin with white space. */
function endOfField(message: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const lineFeed = message.indexOf(LF, at);
    if (lineFeed === -1) return message.length;
    at = lineFeed + 1;
    if (message[at] !== SPACE && message[at] !== TAB) return at;
  }
}

/** The message with `added` (whole fields, each ending in CRLF) in front and without the fields `removed` holds for. */
export function editHeader(
  message: Buffer,
  added: string[],
  removed: (field: HeaderField) => boolean,
): Buffer {
  const pieces: Buffer[] = added.map((field) => Buffer.from(field));
  let kept = 0;
  for (const field of readHeader(message).fields) {
    if (!removed(field)) continue;
    pieces.push(message.subarray(kept, field.start));
    kept = field.end;
  }
  pieces.push(message.subarray(kept));
  return Buffer.concat(pieces);
}

/**
 * Offset of the first CR without LF or LF without CR, -1 when there is none. RFC 5321 §2.3.8 forbids both:
 * systems that differ in what ends a line can be made to see a second message inside of one.
 */
export function findBareLineBreak(message: Buffer): number {
  for (let at = message.indexOf(LF); at !== -1; at = message.indexOf(LF, at + 1)) {
    if (message[at - 1] !== CR) return at;
  }
  for (let at = message.indexOf(CR); at !== -1; at = message.indexOf(CR, at + 1)) {
    if (message[at + 1] !== LF) return at;
  }
  return -1;
}
