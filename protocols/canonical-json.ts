// JSON in the one form that everybody writes alike, so that its hash means the value (RFC 8785).

/**
 * Members sorted by the UTF-16 code units of their names, no white space; numbers and strings as ECMAScript writes them
 * (RFC 8785 §3.2). Members that are undefined are left out, as in `JSON.stringify`.
 *
 * @param value JSON: no Date, no bigint; text without unpaired surrogates
 */
export const canonicalJson = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
};
