// Strings as IMAP writes them (RFC 9051 §4.3): quoted when short and plain, otherwise a literal. Text here holds
// one character per octet.

const longestQuoted = 1000;

/** A string for a place where any string may stand. */
export const imapString = (text: string): string => {
  if (text.length <= longestQuoted && /^[\x20-\x7e\t]*$/.test(text)) return quotedString(text);
  return `{${text.length}}\r\n${text}`;
};

/** A string, or NIL for null. */
export const imapNstring = (text: string | null): string => (text === null ? 'NIL' : imapString(text));

/** Only for text known to be without line breaks and 8-bit characters. */
export const quotedString = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
