// Catching up with a folder that a client knew before (QRESYNC, RFC 7162 §3.2): what is gone and what has changed,
// instead of everything.
import { messagePage } from '../store/message.ts';
import { vanishedUids } from '../store/selection.ts';
import type { UidRange } from '../store/uid-ranges.ts';
import { announceKeywords } from './announce-keywords.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand } from './replies.ts';
import { flagList, type SelectedFolder } from './selected-folder.ts';
import { formatSet, rangesOf, readSequenceSet, setRanges } from './sequence-set.ts';
import type { Session } from './session.ts';

/** What the client knows of the folder. */
export type Resync = {
  uidValidity: number;
  modseq: number;
  /** Only these are of interest; null for all. */
  knownUids: readonly UidRange[] | null;
};

const largestUid = 0xffffffff;

/** `(uidvalidity modseq [known-uids] [(known-numbers known-uids)])`. */
export const readResync = (parser: CommandParser): Resync => {
  parser.expect('(');
  const uidValidity = parser.number32();
  parser.space();
  const modseq = parser.number();
  if (modseq < 1) throw new BadCommand('Mod-sequences begin with 1');
  let knownUids: UidRange[] | null = null;
  if (parser.take(' ')) {
    if (parser.peek() !== '(') knownUids = setRanges(readSequenceSet(parser), largestUid);
    if (knownUids === null || parser.take(' ')) skipMatchData(parser);
  }
  parser.expect(')');
  return { uidValidity, modseq, knownUids };
};

// It lets a server that forgot removals say less of them; saying more is not wrong.
const skipMatchData = (parser: CommandParser) => {
  parser.expect('(');
  readSequenceSet(parser);
  parser.space();
  readSequenceSet(parser);
  parser.expect(')');
};

const pageSize = 1000;

/** For SELECT, after its own responses. */
export const writeResync = async (session: Session, { modseq, knownUids }: Resync): Promise<void> => {
  const { plane, connection, selected: folder } = session;
  await writeVanished(session, modseq, knownUids ?? [[1, folder.snapshot.uidNext - 1]]);
  const uids = [...folder.uids.inUidRanges(knownUids ?? [[1, largestUid]])];
  for (let at = 0; at < uids.length; at += pageSize) {
    const ranges = rangesOf(uids.slice(at, at + pageSize));
    const rows = await messagePage(plane.db, folder.id, ranges, { changedSince: modseq });
    announceKeywords(session, rows);
    for (const row of rows) {
      const items = `UID ${row.uid} ${flagList(folder, row.uid, row.flags)} MODSEQ (${row.modseq})`;
      session.write(`* ${folder.uids.sequenceOf(row.uid)} FETCH (${items})`);
    }
    await connection.flushIfMuch();
  }
};

/** Which of the UIDs in `ranges` were removed after `sinceModseq`: of those that went unnoticed, all that are gone. */
export const writeVanished = async (
  session: Session,
  sinceModseq: number,
  ranges: readonly UidRange[],
): Promise<void> => {
  const { plane, selected: folder } = session;
  const removed = await vanishedUids(plane.db, folder.id, sinceModseq);
  const set = removed
    ? formatSet(removed.filter((uid) => isGone(folder, ranges, uid)))
    : gaps(folder, ranges);
  if (set !== '') session.write(`* VANISHED (EARLIER) ${set}`);
};

// What the session still counts is told in its turn, by a VANISHED that takes it off.
const isGone = ({ uids }: SelectedFolder, ranges: readonly UidRange[], uid: number): boolean =>
  uids.sequenceOf(uid) === 0 && ranges.some(([low, high]) => uid >= low && uid <= high);

// The UIDs that were given out and are not there, as a set.
const gaps = ({ uids, snapshot }: SelectedFolder, ranges: readonly UidRange[]): string => {
  const last = Math.max(snapshot.uidNext - 1, uids.lastUid);
  const parts: string[] = [];
  const add = (low: number, high: number) => {
    if (low <= high) parts.push(low === high ? `${low}` : `${low}:${high}`);
  };
  for (const [low, end] of ranges) {
    const high = Math.min(end, last);
    let next = low;
    for (const uid of uids.inUidRanges([[low, high]])) {
      add(next, uid - 1);
      next = uid + 1;
    }
    add(next, high);
  }
  return parts.join(',');
};
