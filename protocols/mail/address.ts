/** Mail addresses: one canonical spelling for comparing and storing, and a strict reader of header mailboxes. */
import { domainToASCII } from 'node:url';

// RFC 5321 §4.5.3.1.3: a path has at most 256 octets, of which two are the angle brackets.
const MAX_ADDRESS_OCTETS = 254;
// atext of RFC 5322 §3.2.3 widened by RFC 6531 §3.3 to everything outside of ASCII. Dots may stand where the
// grammar forbids them: such addresses exist and nothing here depends on it.
const DOT_ATOM = /^[^\p{Cc}\p{Z}"(),:;<>@[\]\\]+$/u;
const QUOTED_LOCAL_PART = /^"(?:[^\p{Cc}"\\]|\\[^\p{Cc}])*"$/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}._-]*[\p{L}\p{M}\p{N}])?$/u;
const ADDRESS_LITERAL = /^\[[0-9a-f.:]+\]$|^\[ipv6:[0-9a-f.:]+\]$/;

export type AddressParts = { localPart: string; domain: string };

/** The parts of an address around its last `@`, which is the one that counts (a quoted local part may hold more). */
export function splitAddress(address: string): AddressParts | null {
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) return null;
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/** What a local part stands for: itself, or what is inside the quotes of a quoted string (RFC 5321 §4.1.2). */
export const unquoteLocalPart = (localPart: string): string =>
  QUOTED_LOCAL_PART.test(localPart) ? localPart.slice(1, -1).replace(/\\(.)/gu, '$1') : localPart;

/** The local part that stands for `content`, in quotes only when it has to be. */
export const quoteLocalPart = (content: string): string =>
  DOT_ATOM.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`;

/**
 * The one spelling under which an address of ours is stored and compared: local part in NFC and lower case,
 * domain in lower-case A-labels (RFC 5890 §2.3.2.1). RFC 5321 §2.4 leaves case to the receiving host, and this
 * host ignores it. Quotes that nothing needs are left out (§4.1.2): `"ann"@example.com` is ann@example.com.
 *
 * @returns null for what is not an address.
 */
export function normalizeAddress(address: string): string | null {
  const path = normalizePath(address.normalize('NFC').toLowerCase());
  const parts = path && splitAddress(path.address);
  return parts && `${quoteLocalPart(unquoteLocalPart(parts.localPart))}@${parts.domain}`;
}

/**
 * An address on its way to another host: the domain in lower-case A-labels, the local part untouched, since
 * only the receiving host knows whether its case matters (RFC 5321 §2.4).
 *
 * @returns null for what is not an address.
 */
export function normalizePath(address: string): { address: string; domain: string } | null {
  const parts = splitAddress(address.trim());
  if (!parts) return null;
  const { localPart } = parts;
  if (!DOT_ATOM.test(localPart) && !QUOTED_LOCAL_PART.test(localPart)) return null;
  const domain = normalizeDomain(parts.domain);
  if (!domain) return null;
  const normalized = `${localPart}@${domain}`;
  return Buffer.byteLength(normalized) > MAX_ADDRESS_OCTETS ? null : { address: normalized, domain };
}

/** A domain or address literal in lower case and A-labels, or null for what is neither. */
export function normalizeDomain(domain: string): string | null {
  const lower = domain.toLowerCase();
  if (ADDRESS_LITERAL.test(lower)) return lower;
  if (!DOMAIN.test(lower)) return null;
  // domainToASCII maps what has no A-label form to the empty string.
  return domainToASCII(lower) || null;
}

/** The address mail for `user+detail@domain` belongs to (sub-addressing, RFC 5233 §1): everything from the first `+` on is left out. */
export function withoutDetail(address: string): string {
  const parts = splitAddress(address);
  if (!parts || parts.localPart.startsWith('"')) return address;
  const plus = parts.localPart.indexOf('+');
  return plus > 0 ? `${parts.localPart.slice(0, plus)}@${parts.domain}` : address;
}

/** True when `address` is `mailbox` itself or a sub-address of it. Both in the form of {@link normalizeAddress}. */
export function belongsTo(address: string, mailbox: string): boolean {
  return address === mailbox || withoutDetail(address) === mailbox;
}

/**
 * Reads a header field that must hold exactly one mailbox (RFC 5322 §3.4) and returns its address, normalised.
 *
 * Deliberately strict: lists, groups, routes, a second pair of angle brackets or an open quote give null.
 * Whatever two parsers could read differently must not pass a check of who the author is.
 */
export function parseSingleMailbox(fieldValue: string): string | null {
  let outside = '';
  let bracketed: string | null = null;
  for (let at = 0; at < fieldValue.length; ) {
    const end = endOfToken(fieldValue, at);
    if (end === null) return null;
    const token = fieldValue.slice(at, end);
    at = end;
    if (token.startsWith('(')) outside += ' ';
    else if (token.startsWith('<')) {
      if (bracketed !== null) return null;
      bracketed = token.slice(1, -1);
      outside = '';
    } else if (/^[,;:>\\)]$/.test(token)) return null;
    else outside += token;
  }
  if (bracketed === null) return normalizeAddress(outside);
  // What stands before the bracket is a display name; nothing may follow it.
  return outside.trim() === '' ? normalizeAddress(bracketed) : null;
}

/** End of the quoted string, comment, bracketed part or single character that starts at `start`; null when it never closes. */
function endOfToken(text: string, start: number): number | null {
  const closing = { '"': '"', '(': ')', '<': '>' }[text[start] as string];
  if (closing === undefined) return start + 1;
  for (let at = start + 1; at < text.length; ) {
    const character = text[at] as string;
    if (character === '\\') at += 2;
    else if (character === closing) return at + 1;
    else if (character === '<' && closing === '>') return null;
    // Comments nest, and both comments and quoted strings may stand inside of brackets (RFC 5322 §3.2.2).
    else if (closing !== '"' && (character === '(' || (character === '"' && closing === '>'))) {
      const end = endOfToken(text, at);
      if (end === null) return null;
      at = end;
    } else at += 1;
  }
  return null;
}
