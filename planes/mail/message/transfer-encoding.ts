// Content-Transfer-Encodings undone (RFC 2045 §6).

const identity = new Set(['7bit', '8bit', 'binary']);

/** Null for an encoding that is not known. Never fails: what is not of the encoding is left out or left as it is. */
export const decodeTransfer = (bytes: Buffer, encoding: string): Buffer | null => {
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes);
  return identity.has(encoding) ? bytes : null;
};

// RFC 2045 §6.7, line by line: white space at the end of a line is not part of it, `=` there joins it to the next.
// Works on latin1 text, where a character is an octet.
const decodeQuotedPrintable = (bytes: Buffer): Buffer => {
  const lines = bytes.toString('latin1').split('\n');
  const decoded = lines.map((line, index) => {
    const isLast = index === lines.length - 1;
    const lineBreak = isLast ? '' : line.endsWith('\r') ? '\r\n' : '\n';
    const text = withoutTrailingSpace(line);
    const joined = text.endsWith('=') && !isLast;
    return joined ? text.slice(0, -1) : text + lineBreak;
  });
  const octets = decoded
    .join('')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1');
};

// Not by a regular expression, which would look at each of many spaces again and again.
const withoutTrailingSpace = (line: string): string => {
  let end = line.length;
  while (end > 0 && ' \t\r'.includes(line[end - 1]!)) end--;
  return line.slice(0, end);
};
