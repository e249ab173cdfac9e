// The lexical half of zone files (RFC 1035 §5.1): text into entries of tokens, with comments gone, parentheses
// joined, and each entry knowing its line.

/** One token as it was typed, quotes and escapes included. */
export type ZoneFileToken = { raw: string; quoted: boolean };

/** One entry. `blankStart`: the line begins with white space, so the owner is that of the entry before. */
export type ZoneFileEntry =
  | { line: number; blankStart: boolean; tokens: ZoneFileToken[] }
  | { line: number; problem: string };

/**
 * Splits a zone file into its entries, numbered by the line they begin on. A mistake costs the entry it is in:
 * reading goes on with the next line. Never throws.
 */
export function zoneFileEntries(text: string): ZoneFileEntry[] {
  const reader = new EntryReader(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'));
  const entries: ZoneFileEntry[] = [];
  while (!reader.atEnd) {
    const entry = reader.next();
    if (entry) entries.push(entry);
  }
  return entries;
}

class EntryReader {
  readonly #text: string;
  #position = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  /** The next entry; undefined for a line that holds none. */
  next(): ZoneFileEntry | undefined {
    const line = this.#line;
    const blankStart = /[ \t]/.test(this.#text[this.#position]!);
    const tokens: ZoneFileToken[] = [];
    let depth = 0;
    while (!this.atEnd) {
      const character = this.#text[this.#position]!;
      if (character === '\n') {
        this.#position += 1;
        this.#line += 1;
        if (depth === 0) return tokens.length > 0 ? { line, blankStart, tokens } : undefined;
      } else if (character === ' ' || character === '\t') {
        this.#position += 1;
      } else if (character === ';') {
        this.#position = this.#endOfLine();
      } else if (character === '(') {
        depth += 1;
        this.#position += 1;
      } else if (character === ')') {
        if (depth === 0) return this.#mistake(line, 'a parenthesis is closed that was not opened');
        depth -= 1;
        this.#position += 1;
      } else {
        const end = character === '"' ? this.#endOfQuoted() : this.#endOfBare();
        if (end === undefined) return this.#mistake(this.#line, 'a quoted string is not closed on its line');
        tokens.push({ raw: this.#text.slice(this.#position, end), quoted: character === '"' });
        this.#position = end;
      }
    }
    if (depth > 0) return { line, problem: 'a parenthesis is not closed' };
    return tokens.length > 0 ? { line, blankStart, tokens } : undefined;
  }

  #mistake(line: number, problem: string): ZoneFileEntry {
    this.#position = this.#endOfLine();
    return { line, problem };
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#position);
    return end === -1 ? this.#text.length : end;
  }

  #endOfQuoted(): number | undefined {
    for (let at = this.#position + 1; at < this.#text.length && this.#text[at] !== '\n'; at += 1) {
      if (this.#text[at] === '\\') at += 1;
      else if (this.#text[at] === '"') return at + 1;
    }
    return undefined;
  }

  #endOfBare(): number {
    let at = this.#position;
    for (; at < this.#text.length && !/[ \t\n;()]/.test(this.#text[at]!); at += 1) {
      // An escape hides the next character, but no line ever goes on behind a backslash.
      if (this.#text[at] === '\\' && this.#text[at + 1] !== '\n') at += 1;
    }
    return Math.min(at, this.#text.length);
  }
}
