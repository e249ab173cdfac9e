// Address lists of header fields (RFC 5322 §3.4 with the obsolete forms of §4.4) as IMAP shows them in an
// ENVELOPE (RFC 9051 §7.5.2). Names keep their encoded words: decoding is the client's.

export type Address = {
  name: string | null;
  /** Source route, `@a,@b`. */
  route: string | null;
  /** null ends a group. */
  mailbox: string | null;
  /** null together with a mailbox starts a group of that name. */
  host: string | null;
};

/** `glued` to the token before, without white space between. */
type Token = { kind: 'word' | 'quoted' | 'comment' | 'special'; text: string; glued?: boolean };

const mostAddresses = 5000;

/** Reads a list; text that is no address becomes one with an empty host, so that the client still sees it. */
export const parseAddressList = (text: string): Address[] => {
  const tokens = tokenize(text);
  const addresses: Address[] = [];
  let inGroup = false;
  let entry: Token[] = [];

  const flush = () => {
    const address = readAddress(entry);
    if (address) addresses.push(address);
    entry = [];
  };
  let inAngle = false;
  for (const token of tokens) {
    if (addresses.length >= mostAddresses) break;
    const special = token.kind === 'special' ? token.text : '';
    if (special === '<') inAngle = true;
    if (special === '>') inAngle = false;
    if (special === ',' && !inAngle) flush();
    else if (special === ';' && !inAngle) {
      flush();
      if (inGroup) addresses.push({ name: null, route: null, mailbox: null, host: null });
      inGroup = false;
    } else if (special === ':' && !inAngle && !inGroup && !hasSpecial(entry, '@')) {
      addresses.push({ name: null, route: null, mailbox: phrase(entry) ?? '', host: null });
      entry = [];
      inGroup = true;
    } else entry.push(token);
  }
  flush();
  if (inGroup) addresses.push({ name: null, route: null, mailbox: null, host: null });
  return addresses;
};

const hasSpecial = (tokens: Token[], text: string): boolean =>
  tokens.some((token) => token.kind === 'special' && token.text === text);

const readAddress = (tokens: Token[]): Address | null => {
  const open = tokens.findIndex((token) => token.kind === 'special' && token.text === '<');
  if (open !== -1) {
    const close = tokens.findIndex(
      (token, at) => at > open && token.kind === 'special' && token.text === '>',
    );
    const inner = tokens.slice(open + 1, close === -1 ? undefined : close);
    return { name: phrase(tokens.slice(0, open)), ...readSpec(inner) };
  }
  if (tokens.every((token) => token.kind === 'comment')) return null;
  return { name: trailingComment(tokens), ...readSpec(tokens) };
};

// [route ":"] local-part "@" domain
const readSpec = (tokens: Token[]): Omit<Address, 'name'> => {
  let rest = tokens.filter((token) => token.kind !== 'comment');
  let route: string | null = null;
  if (rest[0]?.kind === 'special' && rest[0].text === '@') {
    const colon = rest.findIndex((token) => token.kind === 'special' && token.text === ':');
    if (colon !== -1) {
      route = join(rest.slice(0, colon));
      rest = rest.slice(colon + 1);
    }
  }
  const at = rest.findLastIndex((token) => token.kind === 'special' && token.text === '@');
  if (at === -1) return { route, mailbox: rest.map((token) => token.text).join(' '), host: '' };
  return { route, mailbox: join(rest.slice(0, at)), host: join(rest.slice(at + 1)) };
};

const join = (tokens: Token[]): string => tokens.map((token) => token.text).join('');

// Words with a space between. An unquoted address as a name, common though wrong, keeps its form.
const phrase = (tokens: Token[]): string | null => {
  const words = tokens.filter((token) => token.kind !== 'comment');
  if (words.length === 0) return null;
  return words.reduce(
    (text, word, index) => (index === 0 || word.glued ? text + word.text : `${text} ${word.text}`),
    '',
  );
};

// user@example.com (Name), the form before names stood in front.
const trailingComment = (tokens: Token[]): string | null => {
  const last = tokens.at(-1);
  return last?.kind === 'comment' && last.text.trim() !== '' ? last.text.trim() : null;
};

const specials = '<>@,;:';

const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  let index = 0;
  while (index < text.length) {
    const char = text[index]!;
    const count = tokens.length;
    const glued = index > 0 && !/\s/.test(text[index - 1]!);
    if (/\s/.test(char)) index++;
    else if (char === '"') index = readEnclosed(text, index, '"', 'quoted', tokens);
    else if (char === '(') index = readComment(text, index, tokens);
    else if (char === '[') index = readEnclosed(text, index, ']', 'word', tokens);
    else if (specials.includes(char)) {
      tokens.push({ kind: 'special', text: char });
      index++;
    } else {
      const word = /^[^\s"(<>@,;:]+/.exec(text.slice(index, index + 2000))?.[0] ?? char;
      tokens.push({ kind: 'word', text: word });
      index += word.length;
    }
    if (tokens.length > count) tokens.at(-1)!.glued = glued && isPlain(tokens, count);
  }
  return tokens;
};

// A quoted string next to a word is a word of its own, and shows no quotes that would part them.
const isPlain = (tokens: Token[], at: number): boolean =>
  [tokens[at - 1], tokens[at]].every((token) => token?.kind === 'word' || token?.kind === 'special');

const readEnclosed = (text: string, start: number, end: string, kind: Token['kind'], tokens: Token[]) => {
  let value = '';
  let index = start + 1;
  for (; index < text.length && text[index] !== end; index++) {
    if (text[index] === '\\' && index + 1 < text.length) index++;
    value += text[index];
  }
  // A domain literal keeps its brackets (RFC 5322 §3.4.1), a quoted string loses its quotes.
  tokens.push({ kind, text: end === ']' ? `[${value}]` : value });
  return index + 1;
};

const readComment = (text: string, start: number, tokens: Token[]): number => {
  let depth = 0;
  let value = '';
  let index = start;
  for (; index < text.length; index++) {
    const char = text[index]!;
    if (char === '\\' && index + 1 < text.length) {
      value += text[++index];
      continue;
    }
    if (char === '(' && depth++ === 0) continue;
    if (char === ')' && --depth === 0) break;
    value += char;
  }
  tokens.push({ kind: 'comment', text: value });
  return index + 1;
};
