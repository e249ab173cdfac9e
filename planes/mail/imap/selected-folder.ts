// A folder as a session that has it selected was told about it, and catching up with what others did since.
import type { Db } from '../../../database/database.ts';
import { systemFlags } from '../store/keywords.ts';
import { type FolderSnapshot, folderChanges, folderSnapshot, recentClaimed } from '../store/selection.ts';
import type { UidRange } from '../store/uid-ranges.ts';
import { BadCommand } from './replies.ts';
import { formatSet, type MessageSet, setRanges } from './sequence-set.ts';
import { UidList } from './uid-list.ts';

/** The folder was removed while it was selected. */
export class FolderGone extends Error {}

export type SelectedFolder = {
  readonly id: string;
  readonly name: string;
  readonly readOnly: boolean;
  readonly snapshot: FolderSnapshot;
  readonly uids: UidList;
  /** Everything up to here has been told, or is in `withheldUids`. */
  modseq: number;
  keywords: readonly string[];
  /** What this session, and no other, shows as \Recent. */
  readonly recent: UidRange[];
  /** How many of them the client was last told of. */
  shownRecent: number;
  /** Removed, but the client still counts them. */
  withheldUids: number[];
  /** UIDs that `$` stands for (RFC 5182), perhaps with some that are gone. */
  saved: readonly UidRange[];
  /** UID to mod-sequence of changes made by this session, which it need not be told of. */
  readonly ownChanges: Map<number, number>;
};

/** @throws {FolderNotFound} */
export const selectFolder = async (
  db: Db,
  mailboxId: string,
  name: string,
  readOnly: boolean,
): Promise<SelectedFolder> => {
  const snapshot = await folderSnapshot(db, mailboxId, name);
  const unclaimed: UidRange = [snapshot.firstRecentUid, snapshot.uidNext - 1];
  const recent =
    readOnly || snapshot.firstRecentUid >= snapshot.uidNext
      ? unclaimed
      : await recentClaimed(db, snapshot.id);
  const folder: SelectedFolder = {
    id: snapshot.id,
    name,
    readOnly,
    snapshot,
    uids: new UidList(snapshot.uids),
    modseq: snapshot.modseq,
    keywords: snapshot.keywords,
    recent: recent[0] <= recent[1] ? [recent] : [],
    shownRecent: 0,
    withheldUids: [],
    saved: [],
    ownChanges: new Map(),
  };
  folder.shownRecent = recentCount(folder);
  return folder;
};

export const isRecent = ({ recent }: SelectedFolder, uid: number): boolean =>
  recent.some(([low, high]) => uid >= low && uid <= high);

export const recentCount = ({ recent, uids }: SelectedFolder): number => uids.countWithin(recent);

/** FLAGS and PERMANENTFLAGS: what may be set here (RFC 9051 §7.3.5, §7.1). */
export const flagLines = ({ keywords, readOnly }: SelectedFolder): string[] => {
  const flags = [...systemFlags, ...keywords].join(' ');
  const permanent = readOnly ? '' : `${flags} \\*`;
  return [`* FLAGS (${flags})`, `* OK [PERMANENTFLAGS (${permanent})] Flags permitted`];
};

export const flagList = (folder: SelectedFolder, uid: number, flags: readonly string[]): string =>
  `FLAGS (${[...flags, ...(isRecent(folder, uid) ? ['\\Recent'] : [])].join(' ')})`;

/**
 * The UIDs a message set means, ascending, as this session counts. Message numbers beyond the last are an error
 * of the client (RFC 9051 §9, seq-number), unknown UIDs are not.
 */
export const uidsOfSet = ({ uids, saved }: SelectedFolder, set: MessageSet, byUid: boolean): number[] => {
  if (set === '$') return [...uids.inUidRanges(saved)];
  if (byUid) return [...uids.inUidRanges(setRanges(set, uids.lastUid))];
  const ranges = setRanges(set, uids.length);
  const [lowest, highest] = [ranges[0]![0], ranges.at(-1)![1]];
  if (lowest < 1 || highest > uids.length) throw new BadCommand('There is no message of that number');
  return [...uids.inSequenceRanges(ranges)];
};

/** Announces what is known to be removed. */
const releaseExpunges = (folder: SelectedFolder, qresync: boolean): string[] => {
  const known = folder.withheldUids.filter((uid) => folder.uids.sequenceOf(uid) > 0);
  const sequences = folder.uids.remove(known);
  folder.withheldUids = [];
  if (!qresync) return sequences.map((sequence) => `* ${sequence} EXPUNGE`);
  return known.length > 0 ? [`* VANISHED ${formatSet(known.sort((a, b) => a - b))}`] : [];
};

export type CatchUp = { expunges: boolean; condstore: boolean; qresync: boolean };

/**
 * Reads what changed and answers the untagged lines that say so. Without `expunges` removals are kept for later,
 * because message numbers must not change while the client may use them (RFC 9051 §7.5.1).
 *
 * @throws {FolderGone}
 */
export const catchUp = async (db: Db, folder: SelectedFolder, options: CatchUp): Promise<string[]> => {
  const changes = await folderChanges(db, folder.id, folder.modseq);
  if (!changes) throw new FolderGone();
  const { uids } = folder;
  const lastKnown = uids.lastUid;
  const added = changes.changed.filter(({ uid }) => uid > lastKnown).map(({ uid }) => uid);
  if (added.length > 0) {
    // Reading only leaves them for a session that may change something (RFC 3501 §6.3.2).
    const claimed: UidRange = folder.readOnly
      ? [Math.max(changes.firstRecentUid, lastKnown + 1), added.at(-1)!]
      : await recentClaimed(db, folder.id);
    if (claimed[0] <= claimed[1]) folder.recent.push(claimed);
  }
  folder.withheldUids.push(...changes.expungedUids);
  folder.modseq = changes.modseq;

  const lines = options.expunges ? releaseExpunges(folder, options.qresync) : [];
  if (added.length > 0) {
    uids.append(added);
    lines.push(`* ${uids.length} EXISTS`);
  }
  const recent = recentCount(folder);
  if (recent !== folder.shownRecent) lines.push(`* ${recent} RECENT`);
  folder.shownRecent = recent;
  if (changes.keywords.length > folder.keywords.length) {
    folder.keywords = changes.keywords;
    lines.push(...flagLines(folder));
  }
  for (const { uid, modseq, flags } of changes.changed) {
    const sequence = uid > lastKnown || folder.ownChanges.get(uid) === modseq ? 0 : uids.sequenceOf(uid);
    if (sequence === 0) continue;
    const items = [`UID ${uid}`, flagList(folder, uid, flags)];
    if (options.condstore) items.push(`MODSEQ (${modseq})`);
    lines.push(`* ${sequence} FETCH (${items.join(' ')})`);
  }
  folder.ownChanges.clear();
  return lines;
};
