// STORE (RFC 9051 §6.4.6, UNCHANGEDSINCE RFC 7162 §3.1.3).
import { type FlagChange, type FlagsStored, flagsStored } from '../store/flags.ts';
import { messagePage } from '../store/message.ts';
import { announceKeywords } from './announce-keywords.ts';
import type { CommandRun } from './command-table.ts';
import { readFlag, readFlags } from './flag-argument.ts';
import type { CommandParser } from './parser.ts';
import { CommandRefused, ok } from './replies.ts';
import { flagList, uidsOfSet } from './selected-folder.ts';
import { formatSet, rangesOf, readMessageSet } from './sequence-set.ts';
import type { Session } from './session.ts';

const pageSize = 1000;

/** One transaction for the whole set. UIDs that are not there are passed over in silence (RFC 9051 §6.4.9). */
export const storeFlags =
  (byUid: boolean): CommandRun =>
  async (session, parser) => {
    parser.space();
    const set = readMessageSet(parser);
    parser.space();
    const unchangedSince = parser.take('(UNCHANGEDSINCE ') ? readUnchangedSince(parser) : undefined;
    const { silent, change } = readChange(parser);
    parser.end();
    const { plane, selected: folder } = session;
    if (folder.readOnly) throw new CommandRefused('The mailbox is open for reading only', 'READ-ONLY');
    if (unchangedSince !== undefined) session.enableCondstore();
    const uids = uidsOfSet(folder, set, byUid);
    if (uids.length === 0) return ok('STORE completed');

    const stored = await flagsStored(plane.db, folder.id, rangesOf(uids), { ...change, unchangedSince });
    if (!silent) await writeFlags(session, uids, stored);
    else writeSilently(session, stored, byUid);
    if (stored.modifiedUids.length === 0) return ok('STORE completed');
    const modified = byUid
      ? stored.modifiedUids
      : stored.modifiedUids.map((uid) => folder.uids.sequenceOf(uid));
    return ok('Some messages were changed meanwhile', `MODIFIED ${formatSet(modified)}`);
  };

const readUnchangedSince = (parser: CommandParser): number => {
  const modseq = parser.number();
  parser.expect(') ');
  return modseq;
};

const readChange = (parser: CommandParser): { silent: boolean; change: FlagChange } => {
  const mode = parser.take('+') ? 'add' : parser.take('-') ? 'remove' : 'replace';
  parser.expect('FLAGS');
  const silent = parser.take('.SILENT');
  parser.space();
  if (parser.peek() === '(') return { silent, change: { mode, flags: readFlags(parser) } };
  const flags = [readFlag(parser)];
  while (parser.take(' ')) flags.push(readFlag(parser));
  return { silent, change: { mode, flags } };
};

// Every message of the set is shown as it is now, also those that already were as wanted.
const writeFlags = async (session: Session, uids: number[], stored: FlagsStored) => {
  const { plane, connection, selected: folder } = session;
  const changed = new Map(stored.changed.map((change) => [change.uid, change.flags]));
  const modified = new Set(stored.modifiedUids);
  const shown = uids.filter((uid) => !modified.has(uid));
  for (let at = 0; at < shown.length; at += pageSize) {
    const rows = await messagePage(plane.db, folder.id, rangesOf(shown.slice(at, at + pageSize)));
    for (const row of rows) {
      const flags = changed.get(row.uid);
      // Someone may have changed it again since: that is told later, as theirs.
      if (!flags || row.modseq !== stored.modseq) continue;
      folder.ownChanges.set(row.uid, stored.modseq);
    }
    announceKeywords(session, rows);
    for (const row of rows) {
      const items = [`UID ${row.uid}`, flagList(folder, row.uid, row.flags)];
      if (session.condstore) items.push(`MODSEQ (${row.modseq})`);
      connection.write(`* ${folder.uids.sequenceOf(row.uid)} FETCH (${items.join(' ')})\r\n`);
    }
    await connection.flushIfMuch();
  }
};

// The client works out the flags itself. It cannot where someone changed them since it last knew: there the change
// is left to be told with the others'.
const writeSilently = (
  { selected: folder, connection, condstore, qresync }: Session,
  stored: FlagsStored,
  byUid: boolean,
) => {
  for (const { uid, previousModseq } of stored.changed) {
    if (previousModseq > folder.modseq) continue;
    folder.ownChanges.set(uid, stored.modseq);
    if (!condstore) continue;
    const items = byUid || qresync ? `UID ${uid} MODSEQ (${stored.modseq})` : `MODSEQ (${stored.modseq})`;
    connection.write(`* ${folder.uids.sequenceOf(uid)} FETCH (${items})\r\n`);
  }
};
