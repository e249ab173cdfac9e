// Mailbox names on the wire and in the store: modified UTF-7 (RFC 3501 §5.1.3), INBOX, and LIST patterns.
import { levelSeparator } from '../store/folder.ts';

const longestNameBytes = 1000;
const longestLevelBytes = 255;

/** Wire form (one character per octet) to Unicode. Null for text that is not modified UTF-7. */
export const decodeMailboxName = (wire: string): string | null => {
  if (/[\x80-\xff]/.test(wire)) return decodeUtf8(wire);
  let valid = true;
  const name = wire.replace(/&([^-]*)(-?)/g, (_, encoded: string, end: string) => {
    if (encoded === '' && end === '-') return '&';
    const text = end === '-' ? decodeBase64(encoded) : null;
    valid &&= text !== null;
    return text ?? '';
  });
  return valid ? name : null;
};

// Not RFC 3501, but clients that assume UTF-8 send it, and it cannot mean anything else.
const decodeUtf8 = (wire: string): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(wire, 'latin1'));
  } catch {
    return null;
  }
};

const decodeBase64 = (encoded: string): string | null => {
  if (!/^[A-Za-z0-9+,]+$/.test(encoded)) return null;
  const bytes = Buffer.from(encoded.replaceAll(',', '/'), 'base64');
  if (bytes.length === 0 || bytes.length % 2 !== 0) return null;
  const text = bytes.swap16().toString('utf16le');
  // Unpaired surrogates cannot be stored as text.
  return text.isWellFormed() && !text.includes('\0') ? text : null;
};

/** Unicode to wire form. */
export const encodeMailboxName = (name: string): string =>
  name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const base64 = Buffer.from(run, 'utf16le').swap16().toString('base64');
    return `&${base64.replace(/=+$/, '').replaceAll('/', ',')}-`;
  });

/**
 * The stored form of a name: NFC, INBOX in upper case, no separator at the end. Null when no folder can have it.
 */
export const normalizeMailboxName = (decoded: string): string | null => {
  const name = upperCaseInbox(decoded.normalize('NFC').replace(/\/$/, ''));
  const levels = name.split(levelSeparator);
  const fits = levels.every((level) => level !== '' && Buffer.byteLength(level) <= longestLevelBytes);
  if (!fits || Buffer.byteLength(name) > longestNameBytes) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  return /[\x00-\x1f\x7f\u2028\u2029]/.test(name) ? null : name;
};

// INBOX is case-insensitive, and so is it as the level above others (RFC 9051 §5.1).
const upperCaseInbox = (name: string): string => name.replace(/^inbox(?=$|\/)/i, 'INBOX');

/** Tests names against a LIST pattern: `*` is anything, `%` anything within one level. */
export const patternMatcher = (pattern: string): ((name: string) => boolean) => {
  const wanted = pattern.normalize('NFC').replace(/[*%]{2,}/g, (run) => (run.includes('*') ? '*' : '%'));
  return (name) => {
    const inboxEnd = /^INBOX(?=$|\/)/.test(name) ? 5 : 0;
    return matches(wanted, name, inboxEnd);
  };
};

// Which prefixes of the name each prefix of the pattern covers. A regular expression would backtrack for ever on
// patterns like *a*a*a*a*b.
const matches = (pattern: string, name: string, inboxEnd: number): boolean => {
  let covered = new Uint8Array(name.length + 1);
  covered[0] = 1;
  for (const wanted of pattern) {
    const next = new Uint8Array(name.length + 1);
    if (wanted === '*' || wanted === '%') {
      let open = 0;
      for (let end = 0; end <= name.length; end++) {
        if (end > 0 && wanted === '%' && name[end - 1] === levelSeparator) open = 0;
        open |= covered[end]!;
        next[end] = open;
      }
    } else {
      for (let end = 0; end + wanted.length <= name.length; end++) {
        const same = name.startsWith(wanted, end) || (end < inboxEnd && name[end] === wanted.toUpperCase());
        if (covered[end] && same) next[end + wanted.length] = 1;
      }
    }
    covered = next;
  }
  return covered[name.length] === 1;
};
