// The tokens of a command (RFC 9051 §9). Strings come back with one character per octet; what they mean is the
// command's business.
import { BadCommand } from './replies.ts';

/** The lines of a command without their literal markers, and the literals between them. */
export type CommandText = readonly (string | Buffer)[];

// ATOM-CHAR, and what may stand beside it in an astring, a LIST pattern and a tag.
const atomChars = /[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+/y;
const astringChars = /[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/y;
const listChars = /[!#$%&'*+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/y;
const tagChars = /[!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/y;
const quotedChars = /"((?:[^"\\]|\\.)*)"/y;
const digits = /\d{1,19}/y;
const systemFlag = /\\[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+/y;

/**
 * Reads a command from left to right. Each method takes what it is named after, or throws BadCommand and leaves the
 * rest of the command to nobody: no command is tried in two ways.
 */
export class CommandParser {
  readonly #pieces: CommandText;
  #piece = 0;
  #at = 0;

  constructor(pieces: CommandText) {
    this.#pieces = pieces;
  }

  #line(): string {
    const piece = this.#pieces[this.#piece];
    return typeof piece === 'string' ? piece : '';
  }

  /** The next character; empty at the end of the command or in front of a literal. */
  peek(): string {
    return this.#line()[this.#at] ?? '';
  }

  /** Whether the next thing is a literal. */
  atLiteral(): boolean {
    return this.peek() === '' && Buffer.isBuffer(this.#pieces[this.#piece + 1]);
  }

  atEnd(): boolean {
    return this.peek() === '' && !this.atLiteral();
  }

  /** Fails unless everything has been read. Spaces at the end, which some clients send, are let pass. */
  end(): void {
    while (this.take(' '));
    if (!this.atEnd()) throw new BadCommand('Unexpected arguments');
  }

  /** Takes `text` (any case) when it comes next. */
  take(text: string): boolean {
    const next = this.#line().slice(this.#at, this.#at + text.length);
    if (next.toUpperCase() !== text) return false;
    this.#at += text.length;
    return true;
  }

  /** Whether nothing but spaces is left. */
  onlySpaces(): boolean {
    return this.#piece === this.#pieces.length - 1 && /^ *$/.test(this.#line().slice(this.#at));
  }

  expect(text: string): void {
    if (!this.take(text)) throw new BadCommand(text === ' ' ? 'Missing argument' : `Expected ${text}`);
  }

  space(): void {
    this.expect(' ');
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#line());
    if (match) this.#at += match[0].length;
    return match;
  }

  /** Null where there is none; the answer then goes out untagged. */
  tag(): string | null {
    return this.#match(tagChars)?.[0] ?? null;
  }

  /** In upper case: commands, options and the like. */
  keyword(): string {
    const match = this.#match(atomChars);
    if (!match) throw new BadCommand('Expected a keyword');
    return match[0].toUpperCase();
  }

  /** What `keyword` would read, or nothing; takes none of it. */
  peekKeyword(): string {
    atomChars.lastIndex = this.#at;
    return atomChars.exec(this.#line())?.[0].toUpperCase() ?? '';
  }

  atom(): string {
    const match = this.#match(atomChars);
    if (!match) throw new BadCommand('Expected an atom');
    return match[0];
  }

  literal(): Buffer {
    if (!this.atLiteral()) throw new BadCommand('Expected a literal');
    const literal = this.#pieces[this.#piece + 1] as Buffer;
    this.#piece += 2;
    this.#at = 0;
    return literal;
  }

  /** Quoted or literal. */
  string(): string {
    if (this.atLiteral()) return this.literal().toString('latin1');
    const match = this.#match(quotedChars);
    if (!match) throw new BadCommand('Expected a string');
    return match[1]!.replace(/\\(.)/g, '$1');
  }

  /** An atom, in which `]` may stand, or a string. NIL is nothing special here (RFC 9051 §4.2). */
  astring(): string {
    if (this.peek() === '"' || this.atLiteral()) return this.string();
    const match = this.#match(astringChars);
    if (!match) throw new BadCommand('Expected a string');
    return match[0];
  }

  /** A string, or null for NIL. */
  nstring(): string | null {
    if (this.take('NIL')) return null;
    return this.string();
  }

  /** A mailbox name that may have wildcards. */
  listMailbox(): string {
    if (this.peek() === '"' || this.atLiteral()) return this.string();
    const match = this.#match(listChars);
    if (!match) throw new BadCommand('Expected a mailbox pattern');
    return match[0];
  }

  /** Up to 2^53, which covers mod-sequences too: PostgreSQL will not count beyond. */
  number(): number {
    const match = this.#match(digits);
    if (!match) throw new BadCommand('Expected a number');
    return Math.min(Number(match[0]), Number.MAX_SAFE_INTEGER);
  }

  number32(): number {
    const value = this.number();
    if (value > 0xffffffff) throw new BadCommand('The number is too big');
    return value;
  }

  /** `(a b c)`, at least one. Spaces inside of the parentheses and doubled ones, which some clients send, are let pass. */
  list<T>(item: () => T): T[] {
    this.expect('(');
    this.#spaces();
    const items: T[] = [];
    do items.push(item());
    while (this.#spaces() && this.peek() !== ')');
    this.expect(')');
    return items;
  }

  #spaces(): boolean {
    if (!this.take(' ')) return false;
    while (this.take(' '));
    return true;
  }

  /** Takes a space when more comes after it. */
  more(): boolean {
    return this.#spaces() && !this.atEnd();
  }

  /** `()` or `(a b c)`. */
  listOrEmpty<T>(item: () => T): T[] {
    if (this.take('()')) return [];
    return this.list(item);
  }

  /** A keyword, or a system flag with its backslash. */
  flag(): string {
    const match = this.peek() === '\\' ? this.#match(systemFlag) : this.#match(atomChars);
    if (!match) throw new BadCommand('Expected a flag');
    return match[0];
  }

  /** What is left of the line, as it is. */
  rest(): string {
    const rest = this.#line().slice(this.#at);
    this.#at = this.#line().length;
    return rest;
  }

  /** Text of these characters, or an error. */
  matching(pattern: RegExp, what: string): RegExpExecArray {
    const match = this.#match(pattern);
    if (!match) throw new BadCommand(`Expected ${what}`);
    return match;
  }
}
