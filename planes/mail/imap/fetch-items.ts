// What a FETCH asks for (RFC 9051 §6.4.5, RFC 3501 for the RFC822 items).
import { quotedString } from '../message/imap-string.ts';
import type { SectionText } from '../message/sections.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';

export type SectionItem = {
  kind: 'section';
  /** How the response names it: `BODY[1.2]<0>`. */
  label: string;
  path: string;
  text: SectionText;
  /** Lower-case names of the fields to show, or to leave out. */
  fields: { names: string[]; except: boolean } | null;
  partial: { start: number; length: number } | null;
  /** Looking does not set \Seen. */
  peek: boolean;
  /** With its transfer encoding undone, or how many octets that makes (RFC 3516). */
  decoded?: 'bytes' | 'size';
};

export type PlainItem = {
  kind:
    | 'uid'
    | 'flags'
    | 'internalDate'
    | 'size'
    | 'envelope'
    | 'body'
    | 'bodystructure'
    | 'modseq'
    | 'emailId'
    | 'threadId';
};

export type FetchItem = PlainItem | SectionItem;

// Data items of RFC 3501 §6.4.5, RFC 7162 §3.1.4 and RFC 8474 §5 that are a word.
const plainItems: Record<string, PlainItem['kind']> = {
  UID: 'uid',
  FLAGS: 'flags',
  INTERNALDATE: 'internalDate',
  'RFC822.SIZE': 'size',
  ENVELOPE: 'envelope',
  BODY: 'body',
  BODYSTRUCTURE: 'bodystructure',
  MODSEQ: 'modseq',
  EMAILID: 'emailId',
  THREADID: 'threadId',
};

// They stand alone: inside of parentheses they are no data items (RFC 9051 §6.4.5).
const macros: Record<string, PlainItem['kind'][]> = {
  FAST: ['flags', 'internalDate', 'size'],
  ALL: ['flags', 'internalDate', 'size', 'envelope'],
  FULL: ['flags', 'internalDate', 'size', 'envelope', 'body'],
};

// Other names for BODY[], BODY[TEXT] and BODY.PEEK[HEADER] (RFC 3501 §6.4.5), answered under these names.
const wholeMessages: Record<string, Pick<SectionItem, 'text' | 'peek'>> = {
  RFC822: { text: '', peek: false },
  'RFC822.TEXT': { text: 'TEXT', peek: false },
  'RFC822.HEADER': { text: 'HEADER', peek: true },
};

const mostItems = 500;
const itemName = /[A-Z0-9.]+/iy;
const sectionPath = /[1-9]\d{0,5}(?:\.[1-9]\d{0,5}){0,60}/y;
const partialPattern = /<(\d{1,10})\.(\d{1,10})>/y;
const openPartialPattern = /<(\d{1,10})(?:\.(\d{1,10}))?>/y;
const fieldNames = /^[\x21-\x39\x3b-\x7e]+$/;

/** One item, a macro, or a list of items in parentheses. */
export const readFetchItems = (parser: CommandParser): FetchItem[] => {
  const items: FetchItem[] = [];
  if (parser.peek() === '(') {
    parser.list(() => items.push(readItem(parser)));
    if (items.length > mostItems) throw new BadCommand('That is too much at once');
    return items.filter((item, index) => items.findIndex((other) => isSame(item, other)) === index);
  }
  for (const [name, kinds] of Object.entries(macros)) {
    if (parser.take(name)) return kinds.map((kind) => ({ kind }));
  }
  return [readItem(parser)];
};

// Asked for twice, a thing is still answered once: one response has each item one time.
const isSame = (one: FetchItem, other: FetchItem): boolean =>
  one === other ||
  (one.kind === 'section' && other.kind === 'section'
    ? one.label === other.label && one.peek === other.peek && one.partial?.length === other.partial?.length
    : one.kind === other.kind);

const readItem = (parser: CommandParser): FetchItem => {
  const name = parser.matching(itemName, 'a data item')[0].toUpperCase();
  if ((name === 'BODY' || name === 'BODY.PEEK') && parser.peek() === '[') {
    return readSection(parser, name === 'BODY.PEEK');
  }
  const binary = Object.hasOwn(binaryItems, name) ? binaryItems[name] : undefined;
  if (binary && parser.peek() === '[') return readBinary(parser, name, binary);
  const whole = Object.hasOwn(wholeMessages, name) ? wholeMessages[name] : undefined;
  if (whole) return { kind: 'section', label: name, path: '', fields: null, partial: null, ...whole };
  const kind = Object.hasOwn(plainItems, name) ? plainItems[name] : undefined;
  if (!kind) throw new BadCommand('Unknown data item');
  return { kind };
};

const readSection = (parser: CommandParser, peek: boolean): SectionItem => {
  const { path, text, fields, section } = readSectionName(parser);
  const partial = parser.peek() === '<' ? readPartial(parser) : null;
  const origin = partial ? `<${partial.start}>` : '';
  return { kind: 'section', label: `BODY[${section}]${origin}`, path, text, fields, partial, peek };
};

/** `[1.2.HEADER]`; `section` is how the response names it. */
const readSectionName = (parser: CommandParser) => {
  parser.expect('[');
  const path = /[0-9]/.test(parser.peek()) ? parser.matching(sectionPath, 'a part number')[0] : '';
  const hasText = path === '' ? parser.peek() !== ']' : parser.take('.');
  const { text, fields, label } = hasText ? readSectionText(parser, path) : wholeSection;
  parser.expect(']');
  return { path, text, fields, section: [path, label].filter((piece) => piece !== '').join('.') };
};

const binaryItems: Record<string, Pick<SectionItem, 'peek' | 'decoded'>> = {
  BINARY: { peek: false, decoded: 'bytes' },
  'BINARY.PEEK': { peek: true, decoded: 'bytes' },
  'BINARY.SIZE': { peek: true, decoded: 'size' },
};

// RFC 3516 §4.2 knows whole parts alone. Clients ask for headers and texts too, which have no encoding to undo.
const readBinary = (
  parser: CommandParser,
  name: string,
  item: Pick<SectionItem, 'peek' | 'decoded'>,
): SectionItem => {
  const { path, text, fields, section } = readSectionName(parser);
  const partial = parser.peek() === '<' && item.decoded === 'bytes' ? readPartial(parser, true) : null;
  const label = `${name.replace('.PEEK', '')}[${section}]${partial ? `<${partial.start}>` : ''}`;
  return { kind: 'section', label, path, text, fields, partial, ...item };
};

type SectionKind = { text: SectionText; fields: SectionItem['fields']; label: string };

const wholeSection: SectionKind = { text: '', fields: null, label: '' };

// The label repeats the field names as the client wrote them: some match the response by text.
const readSectionText = (parser: CommandParser, path: string): SectionKind => {
  if (parser.take('HEADER.FIELDS')) {
    const except = parser.take('.NOT');
    parser.space();
    const names = parser.list(() => parser.astring());
    const shown = names.map((name) =>
      fieldNames.test(name) && !/[(){%*"\\\]]/.test(name) ? name : quoted(name),
    );
    const label = `HEADER.FIELDS${except ? '.NOT' : ''} (${shown.join(' ')})`;
    return { text: 'HEADER', fields: { names: names.map((name) => name.toLowerCase()), except }, label };
  }
  for (const text of ['HEADER', 'TEXT', 'MIME'] as const) {
    if (parser.take(text)) {
      // RFC 9051 §6.4.5.1: MIME is about a part.
      if (text === 'MIME' && path === '') break;
      return { text, fields: null, label: text };
    }
  }
  throw new BadCommand('Unknown section');
};

const quoted = (name: string): string => {
  if (!/^[\x20-\x7e]*$/.test(name)) throw new BadCommand('That is no field name');
  return quotedString(name);
};

/** With `open`, a range may have no end. */
const readPartial = (parser: CommandParser, open = false) => {
  const [, start, length] = parser.matching(open ? openPartialPattern : partialPattern, 'a range');
  if (length !== undefined && Number(length) === 0) throw new BadCommand('The range is empty');
  return { start: Number(start), length: length === undefined ? 0xffffffff : Number(length) };
};
