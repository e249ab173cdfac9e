/** Whose verdict an `Authentication-Results` field claims to be (RFC 8601 §2.2). */

/**
 * The authserv-id of a field value in lower case; null when there is none to be read.
 *
 * A field that claims our own name and came from outside is a forgery and must be removed (RFC 8601 §5), so
 * comments, quotes and white space before the id do not hide it.
 */
export function authservIdOf(fieldValue: string): string | null {
  const text = skipComments(fieldValue);
  const quoted = /^"((?:[^"\\]|\\.)*)"/s.exec(text);
  const id = quoted ? (quoted[1] as string).replace(/\\(.)/gs, '$1') : /^[^\s;"(]+/.exec(text)?.[0];
  return id?.trim().toLowerCase() || null;
}

/** `text` without the white space and comments (RFC 5322 §3.2.2, they nest) it starts with. */
function skipComments(text: string): string {
  let at = 0;
  let depth = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] as string;
    if (depth > 0 && character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0 && !/\s/.test(character)) break;
  }
  return text.slice(at);
}
