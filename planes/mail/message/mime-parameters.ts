// Structured MIME fields: `value; name=value; …` of Content-Type and Content-Disposition (RFC 2045 §5.1), with
// parameters split by RFC 2231 put together again. Tolerant: mail in the wild seldom keeps to the grammar.

export type Parameter = [name: string, value: string];

export type StructuredField = { value: string; parameters: Parameter[] };

const mostParameters = 100;

/** Never fails: what cannot be understood is left out. */
export const parseStructuredField = (text: string): StructuredField => {
  const [value, ...rest] = splitOutsideQuotes(text);
  const parameters: Parameter[] = [];
  for (const part of rest.slice(0, mostParameters)) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals).trim().toLowerCase();
    if (equals > 0 && name) parameters.push([name, part.slice(equals + 1).trim()]);
  }
  return { value: (value ?? '').trim(), parameters: joinContinuations(parameters) };
};

// Splits at semicolons, takes quotes and escapes off, and drops comments (RFC 5322 §3.2.2).
const splitOutsideQuotes = (text: string): string[] => {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  let comments = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!;
    if (char === '\\' && (quoted || comments > 0)) {
      index++;
      if (quoted) part += text[index] ?? '';
    } else if (quoted) {
      if (char === '"') quoted = false;
      else part += char;
    } else if (char === '(') comments++;
    else if (char === ')' && comments > 0) comments--;
    else if (comments > 0) continue;
    else if (char === '"') quoted = true;
    else if (char === ';') {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts;
};

// RFC 2231 §3 and §4: name*0=…; name*1*=… become one parameter, called `name*` when any piece is encoded.
const joinContinuations = (parameters: Parameter[]): Parameter[] => {
  const joined: Parameter[] = [];
  const pieces = new Map<string, { order: number; encoded: boolean; value: string }[]>();
  for (const [name, value] of parameters) {
    const match = /^([^*]+)\*(\d{1,4})(\*?)$/.exec(name);
    if (!match) {
      joined.push([name, value]);
      continue;
    }
    const list = pieces.get(match[1]!) ?? [];
    if (list.length === 0) pieces.set(match[1]!, list);
    list.push({ order: Number(match[2]), encoded: match[3] === '*', value });
  }
  for (const [name, list] of pieces) {
    list.sort((a, b) => a.order - b.order);
    if (list.some((piece) => piece.encoded)) {
      const value = list.map((piece) => (piece.encoded ? piece.value : percentEncode(piece.value))).join('');
      // The first piece carries charset'language'; without it both are empty (RFC 2231 §4.1).
      joined.push([`${name}*`, list[0]!.encoded ? value : `''${value}`]);
    } else joined.push([name, list.map((piece) => piece.value).join('')]);
  }
  return joined;
};

const percentEncode = (text: string): string =>
  text.replace(
    /[^A-Za-z0-9.!#$&+^_`{|}~-]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
