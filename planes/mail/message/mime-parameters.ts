// Structured MIME fields: `value; name=value; …` of Content-Type and Content-Disposition (RFC 2045 §5.1), with
// parameters split by RFC 2231 put together again. Tolerant: mail in the wild seldom keeps to the grammar.

export type Parameter = [name: string, value: string];

export type StructuredField = { value: string; parameters: Parameter[] };

const mostParameters = 100;

/** Never fails: what cannot be understood is left out. */
export const parseStructuredField = (text: string): StructuredField => {
  const scanner = { text, at: 0 };
  const value = scan(scanner, ';');
  const parameters: Parameter[] = [];
  for (let count = 0; scanner.at < text.length && count < mostParameters; count++) {
    scanner.at++; // the semicolon
    const name = scan(scanner, '=;').toLowerCase();
    if (text[scanner.at] !== '=') continue;
    scanner.at++;
    const parameter = scan(scanner, ';');
    if (name !== '') parameters.push([name, parameter]);
  }
  return { value, parameters: joinContinuations(parameters) };
};

// Reads up to one of `ends` outside of quotes, without quotes, escapes and comments (RFC 5322 §3.2.2), and without
// the white space around that is not quoted.
const scan = (scanner: { text: string; at: number }, ends: string): string => {
  const { text } = scanner;
  let result = '';
  let solid = 0;
  let quoted = false;
  let comments = 0;
  for (; scanner.at < text.length; scanner.at++) {
    let char = text[scanner.at]!;
    const escaped = char === '\\' && (quoted || comments > 0);
    if (escaped) char = text[++scanner.at] ?? '';
    if (comments > 0) {
      if (!escaped && char === '(') comments++;
      if (!escaped && char === ')') comments--;
      continue;
    }
    if (char === '"' && !escaped) {
      quoted = !quoted;
      continue;
    }
    if (!quoted && ends.includes(char)) break;
    if (!quoted && char === '(') comments++;
    else if (quoted || solid > 0 || !/\s/.test(char)) result += char;
    if (quoted || (comments === 0 && !/\s/.test(char))) solid = result.length;
  }
  return result.slice(0, solid);
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
