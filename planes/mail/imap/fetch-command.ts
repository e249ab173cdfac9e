// FETCH (RFC 9051 §6.4.5, CHANGEDSINCE RFC 7162 §3.1.4). Messages are read in pages and sent as they come, and
// bodies only when they are asked for.
import { flagsStored } from '../store/flags.ts';
import { type InlineBytes, type MessageRead, type MessageRow, messagePage } from '../store/message.ts';
import type { UidRange } from '../store/uid-ranges.ts';
import { announceKeywords } from './announce-keywords.ts';
import type { CommandRun } from './command-table.ts';
import { formatDateTime } from './dates.ts';
import { type FetchItem, type PlainItem, readFetchItems, type SectionItem } from './fetch-items.ts';
import { UnknownEncoding, writeSection } from './fetch-sections.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, CommandRefused, ok } from './replies.ts';
import { writeVanished } from './resync.ts';
import { flagList, type SelectedFolder, uidsOfSet } from './selected-folder.ts';
import { type MessageSet, rangesOf, readMessageSet, setRanges } from './sequence-set.ts';
import type { Session } from './session.ts';

// Messages up to this size are read a page at a time; bigger ones pass through in pieces.
const inlineBytes = 64 * 1024;
// Messages in a page: what is held at once is a page of rows, of headers or of whole messages.
const pageSizes = { none: 1000, header: 100, whole: 32 };

type Fetch = {
  items: FetchItem[];
  changedSince?: number;
  read: MessageRead;
  setsSeen: boolean;
  /** A part could not be decoded. */
  undecodable: boolean;
};

export const fetchMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser) => {
    parser.space();
    const set = readMessageSet(parser);
    parser.space();
    const items = readFetchItems(parser);
    const { changedSince, vanished } = readModifiers(parser);
    parser.end();
    if (vanished && (!byUid || !session.qresync || changedSince === undefined)) {
      throw new BadCommand('VANISHED is for UID FETCH with CHANGEDSINCE, after ENABLE QRESYNC');
    }
    if (byUid && !items.some((item) => item.kind === 'uid')) items.unshift({ kind: 'uid' });
    if (changedSince !== undefined && !items.some((item) => item.kind === 'modseq'))
      items.push({ kind: 'modseq' });
    if (items.some((item) => item.kind === 'modseq')) session.enableCondstore();

    const folder = session.selected;
    if (vanished) await writeVanished(session, changedSince!, knownRanges(folder, set));
    const uids = uidsOfSet(folder, set, byUid);
    const only = items.every((item) => item.kind === 'uid') && changedSince === undefined;
    // What the session knows itself is answered even for messages that are removed already.
    if (only) {
      await writeUids(session, uids);
      return ok('FETCH completed');
    }
    const fetch = planFetch(folder, items, changedSince);
    const found = await writeMessages(session, uids, fetch);
    // RFC 3516 §4.3
    if (fetch.undecodable)
      throw new CommandRefused('A part has an encoding that is not known', 'UNKNOWN-CTE');
    // RFC 5530 §3: some were removed by others, which this session is told of when it may be.
    const expunged = changedSince === undefined && found < uids.length;
    return expunged ? ok('Some messages are gone', 'EXPUNGEISSUED') : ok('FETCH completed');
  };

// Of UIDs that the folder never had, or has no more, `*` is the last that there was.
const knownRanges = ({ saved, snapshot, uids }: SelectedFolder, set: MessageSet): readonly UidRange[] =>
  set === '$' ? saved : setRanges(set, Math.max(uids.lastUid, snapshot.uidNext - 1));

/** `(CHANGEDSINCE 12 VANISHED)` (RFC 7162 §3.1.4 and §3.2.6). */
const readModifiers = (parser: CommandParser): { changedSince?: number; vanished: boolean } => {
  const modifiers: { changedSince?: number; vanished: boolean } = { vanished: false };
  if (!parser.more()) return modifiers;
  parser.list(() => {
    const name = parser.keyword();
    if (name === 'VANISHED') modifiers.vanished = true;
    else if (name === 'CHANGEDSINCE') {
      parser.space();
      modifiers.changedSince = parser.number();
      if (modifiers.changedSince < 1) throw new BadCommand('Mod-sequences begin with 1');
    } else throw new BadCommand('Unknown modifier');
  });
  return modifiers;
};

// Headers alone are read without the bodies behind them. Anything else takes the whole message, if it is small.
const planFetch = (folder: SelectedFolder, items: FetchItem[], changedSince?: number): Fetch => {
  const sections = items.filter((item): item is SectionItem => item.kind === 'section');
  const has = (kind: PlainItem['kind']) => items.some((item) => item.kind === kind);
  const headersOnly = sections.every((item) => item.path === '' && item.text === 'HEADER');
  const bytes: InlineBytes = headersOnly ? { kind: 'header' } : { kind: 'whole', upToBytes: inlineBytes };
  return {
    items,
    changedSince,
    undecodable: false,
    setsSeen: !folder.readOnly && sections.some((item) => !item.peek),
    read: {
      internalDate: has('internalDate'),
      envelope: has('envelope'),
      body: has('body'),
      bodystructure: has('bodystructure'),
      parts: sections.length > 0,
      digest: has('emailId'),
      bytes: sections.length > 0 ? bytes : { kind: 'none' },
      changedSince,
    },
  };
};

const writeUids = async ({ connection, selected }: Session, uids: number[]) => {
  for (const uid of uids) {
    connection.write(`* ${selected.uids.sequenceOf(uid)} FETCH (UID ${uid})\r\n`);
    await connection.flushIfMuch();
  }
};

/** Answers how many of the messages were still there. */
const writeMessages = async (session: Session, uids: number[], fetch: Fetch): Promise<number> => {
  let found = 0;
  const { plane, connection, selected: folder } = session;
  const pageSize = pageSizes[fetch.read.bytes?.kind ?? 'none'];
  for (let at = 0; at < uids.length; at += pageSize) {
    const ranges = rangesOf(uids.slice(at, at + pageSize));
    const rows = await messagePage(plane.db, folder.id, ranges, fetch.read);
    const seenNow = fetch.setsSeen ? await markSeen(session, rows) : new Set<number>();
    announceKeywords(session, rows);
    for (const row of rows) {
      await writeMessage(session, row, fetch, seenNow.has(row.uid));
      await connection.flushIfMuch();
    }
    found += rows.length;
  }
  return found;
};

/** Marks what is about to be read as \Seen, also in `rows`; answers which were not. */
const markSeen = async ({ plane, selected: folder }: Session, rows: MessageRow[]): Promise<Set<number>> => {
  const unseen = rows.filter((row) => !row.flags.includes('\\Seen'));
  if (unseen.length === 0) return new Set();
  const ranges = rangesOf(unseen.map((row) => row.uid));
  const stored = await flagsStored(plane.db, folder.id, ranges, { mode: 'add', flags: ['\\Seen'] });
  const changed = new Map(stored.changed.map((change) => [change.uid, change.flags]));
  for (const row of unseen) {
    const flags = changed.get(row.uid);
    if (!flags) continue;
    row.flags = flags;
    row.modseq = stored.modseq;
    folder.ownChanges.set(row.uid, stored.modseq);
  }
  return new Set(changed.keys());
};

const writeMessage = async (session: Session, row: MessageRow, fetch: Fetch, seenNow: boolean) => {
  const { items } = fetch;
  const { connection, plane, selected: folder } = session;
  const has = (kind: PlainItem['kind']) => items.some((item) => item.kind === kind);
  connection.write(`* ${folder.uids.sequenceOf(row.uid)} FETCH (`);
  let separator = '';
  for (const item of items) {
    connection.write(separator);
    separator = ' ';
    if (item.kind === 'section') {
      try {
        await writeSection(plane.db, connection, row, item);
      } catch (error) {
        // The response has begun: the rest of it must come all the same.
        if (!(error instanceof UnknownEncoding)) throw error;
        fetch.undecodable = true;
      }
    } else connection.write(formatItem(folder, row, item));
  }
  // The change of \Seen is told right here (RFC 9051 §6.4.5, BODY[<section>]).
  if (seenNow && !has('flags')) connection.write(` ${flagList(folder, row.uid, row.flags)}`);
  if (seenNow && session.condstore && !has('modseq')) connection.write(` MODSEQ (${row.modseq})`);
  connection.write(')\r\n');
};

// RFC 8474 §5.1: the same for the same octets, also after COPY and MOVE.
const emailId = (sha256: Buffer): string => `M${sha256.toString('hex', 0, 20)}`;

const formatItem = (folder: SelectedFolder, row: MessageRow, { kind }: PlainItem): string => {
  switch (kind) {
    case 'uid':
      return `UID ${row.uid}`;
    case 'flags':
      return flagList(folder, row.uid, row.flags);
    case 'internalDate':
      return `INTERNALDATE ${formatDateTime(row.internalDate!, row.internalDateOffsetMin!)}`;
    case 'size':
      return `RFC822.SIZE ${row.sizeBytes}`;
    case 'envelope':
      return `ENVELOPE ${row.envelope}`;
    case 'body':
      return `BODY ${row.body}`;
    case 'bodystructure':
      return `BODYSTRUCTURE ${row.bodystructure}`;
    case 'modseq':
      return `MODSEQ (${row.modseq})`;
    case 'emailId':
      return `EMAILID (${emailId(row.sha256!)})`;
    case 'threadId':
      return 'THREADID NIL'; // RFC 8474 §5.2: conversations are not kept
  }
};
