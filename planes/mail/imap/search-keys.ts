// The keys of a SEARCH (RFC 9051 §6.4.4, RFC 3501 for RECENT, NEW and OLD, MODSEQ RFC 7162 §3.1.5).
import { foldForSearch } from '../message/search-text.ts';
import type { SearchKey } from '../store/search.ts';
import type { UidRange } from '../store/uid-ranges.ts';
import { readDate } from './dates.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, CommandRefused } from './replies.ts';
import type { SelectedFolder } from './selected-folder.ts';
import { type MessageSet, readMessageSet, setRanges } from './sequence-set.ts';
import type { Session } from './session.ts';

export type ReadSearch = { key: SearchKey; usesModseq: boolean };

const deepestNesting = 100;
const mostKeys = 2000;
// Each is looked for in every octet of every candidate.
const mostTexts = 50;

type Reader = {
  parser: CommandParser;
  folder: SelectedFolder;
  charset: string;
  usesModseq: boolean;
  keys: number;
  texts: number;
};

/**
 * Reads all keys up to the end of the command, in `charset` unless they say one. Message numbers become UIDs of the
 * selected folder.
 */
export const readSearchKeys = (parser: CommandParser, session: Session, given?: string): ReadSearch => {
  const folder = session.selected;
  const charset = given ?? (parser.take('CHARSET ') ? readCharset(parser) : 'utf-8');
  const reader: Reader = { parser, folder, charset, usesModseq: false, keys: 0, texts: 0 };
  const keys = [readKey(reader, 0)];
  while (parser.more()) keys.push(readKey(reader, 0));
  parser.end();
  return { key: allOf(keys), usesModseq: reader.usesModseq };
};

/** The name of a charset, and the space after it. @throws {CommandRefused} for one that is not known. */
export const readCharset = (parser: CommandParser): string => {
  const charset = parser.astring();
  parser.space();
  if (/^(?:us-ascii|utf-8)$/i.test(charset)) return 'utf-8';
  try {
    return new TextDecoder(charset).encoding;
  } catch {
    throw new CommandRefused('That charset is not known', 'BADCHARSET (US-ASCII UTF-8)');
  }
};

const allOf = (keys: SearchKey[]): SearchKey => (keys.length === 1 ? keys[0]! : { kind: 'and', keys });

const flagKey = (flag: string): SearchKey => ({ kind: 'flag', flag });
const not = (key: SearchKey): SearchKey => ({ kind: 'not', key });

const readKey = (reader: Reader, depth: number): SearchKey => {
  const { parser } = reader;
  if (depth > deepestNesting || ++reader.keys > mostKeys)
    throw new BadCommand('The search is too complicated');
  if (parser.peek() === '(') return allOf(parser.list(() => readKey(reader, depth + 1)));
  if (/[\d*$]/.test(parser.peek())) return sequenceKey(reader.folder, readMessageSet(parser));
  const name = parser.keyword();
  const argument = Object.hasOwn(withArgument, name) ? withArgument[name] : undefined;
  if (argument) {
    parser.space();
    return argument(reader, depth);
  }
  const plain = Object.hasOwn(plainKeys, name) ? plainKeys[name] : undefined;
  if (!plain) throw new BadCommand('Unknown search key');
  return plain(reader.folder);
};

const recentKey = ({ recent }: SelectedFolder): SearchKey => ({ kind: 'uids', ranges: [...recent] });

const plainKeys: Record<string, (folder: SelectedFolder) => SearchKey> = {
  ALL: () => ({ kind: 'all' }),
  ANSWERED: () => flagKey('\\Answered'),
  DELETED: () => flagKey('\\Deleted'),
  DRAFT: () => flagKey('\\Draft'),
  FLAGGED: () => flagKey('\\Flagged'),
  SEEN: () => flagKey('\\Seen'),
  UNANSWERED: () => not(flagKey('\\Answered')),
  UNDELETED: () => not(flagKey('\\Deleted')),
  UNDRAFT: () => not(flagKey('\\Draft')),
  UNFLAGGED: () => not(flagKey('\\Flagged')),
  UNSEEN: () => not(flagKey('\\Seen')),
  RECENT: recentKey,
  OLD: (folder) => not(recentKey(folder)),
  NEW: (folder) => ({ kind: 'and', keys: [recentKey(folder), not(flagKey('\\Seen'))] }),
};

const withArgument: Record<string, (reader: Reader, depth: number) => SearchKey> = {
  NOT: (reader, depth) => not(readKey(reader, depth + 1)),
  OR: (reader, depth) => {
    const first = readKey(reader, depth + 1);
    reader.parser.space();
    return { kind: 'or', keys: [first, readKey(reader, depth + 1)] };
  },
  UID: ({ parser, folder }) => {
    const set = readMessageSet(parser);
    return { kind: 'uids', ranges: set === '$' ? [...folder.saved] : setRanges(set, folder.uids.lastUid) };
  },
  KEYWORD: keywordKey,
  UNKEYWORD: (reader) => not(keywordKey(reader)),
  LARGER: ({ parser }) => ({ kind: 'larger', bytes: parser.number() }),
  SMALLER: ({ parser }) => ({ kind: 'smaller', bytes: parser.number() }),
  BEFORE: ({ parser }) => ({ kind: 'internalDate', is: 'before', date: readDate(parser) }),
  // RFC 5032
  OLDER: ({ parser }) => ({ kind: 'older', ageS: readInterval(parser) }),
  YOUNGER: ({ parser }) => ({ kind: 'younger', ageS: readInterval(parser) }),
  ON: ({ parser }) => ({ kind: 'internalDate', is: 'on', date: readDate(parser) }),
  SINCE: ({ parser }) => ({ kind: 'internalDate', is: 'since', date: readDate(parser) }),
  SENTBEFORE: ({ parser }) => ({ kind: 'sentDate', is: 'before', date: readDate(parser) }),
  SENTON: ({ parser }) => ({ kind: 'sentDate', is: 'on', date: readDate(parser) }),
  SENTSINCE: ({ parser }) => ({ kind: 'sentDate', is: 'since', date: readDate(parser) }),
  FROM: (reader) => headerKey('from', readText(reader)),
  TO: (reader) => headerKey('to', readText(reader)),
  CC: (reader) => headerKey('cc', readText(reader)),
  BCC: (reader) => headerKey('bcc', readText(reader)),
  SUBJECT: (reader) => headerKey('subject', readText(reader)),
  BODY: (reader) => contentKey('body', reader),
  TEXT: (reader) => contentKey('text', reader),
  HEADER: (reader) => {
    const name = reader.parser.astring().toLowerCase();
    reader.parser.space();
    return headerKey(name, readText(reader));
  },
  // RFC 8474 §6
  EMAILID: ({ parser }) => ({ kind: 'emailId', id: parser.astring() }),
  THREADID: ({ parser }) => {
    parser.astring();
    return { kind: 'uids', ranges: [] };
  },
  MODSEQ: (reader) => {
    const { parser } = reader;
    reader.usesModseq = true;
    // All flags share the message's mod-sequence, so that the entry name changes nothing.
    if (parser.peek() === '"') {
      parser.string();
      parser.space();
      if (!entryTypes.has(parser.keyword())) throw new BadCommand('The entry type is priv, shared or all');
      parser.space();
    }
    return { kind: 'modseq', atLeast: parser.number() };
  },
};

// RFC 7162 §7, entry-type-req.
const entryTypes = new Set(['PRIV', 'SHARED', 'ALL']);

const readInterval = (parser: CommandParser): number => {
  const ageS = parser.number32();
  if (ageS === 0) throw new BadCommand('An interval is at least a second');
  return ageS;
};

const contentKey = (kind: 'body' | 'text', reader: Reader): SearchKey => {
  if (++reader.texts > mostTexts) throw new BadCommand('The search is too complicated');
  return { kind, text: readText(reader) };
};

// Runs of white space are one space in what is searched.
const headerKey = (name: string, text: string): SearchKey => ({
  kind: 'header',
  name,
  text: text.replace(/[ \t]+/g, ' '),
});

function keywordKey({ parser, folder }: Reader): SearchKey {
  const keyword = parser.atom();
  const known = folder.keywords.find((candidate) => candidate.toLowerCase() === keyword.toLowerCase());
  return flagKey(known ?? keyword);
}

const readText = ({ parser, charset }: Reader): string => {
  const octets = Buffer.from(parser.astring(), 'latin1');
  return foldForSearch(new TextDecoder(charset).decode(octets));
};

// Message numbers beyond the last match nothing: other than FETCH, SEARCH loses nothing by it.
const sequenceKey = ({ uids, saved }: SelectedFolder, set: MessageSet): SearchKey => {
  if (set === '$') return { kind: 'uids', ranges: [...saved] };
  const ranges: UidRange[] = [];
  for (const [low, high] of setRanges(set, uids.length)) {
    const [first, last] = [Math.max(low, 1), Math.min(high, uids.length)];
    if (first <= last) ranges.push([uids.uidAt(first), uids.uidAt(last)]);
  }
  return { kind: 'uids', ranges };
};
