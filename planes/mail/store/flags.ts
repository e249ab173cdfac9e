// Changing the flags of messages.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { canonicalFlags } from './keywords.ts';
import { folderLocked, foldersNotified, type LockedFolder } from './locks.ts';
import { inRanges, type UidRange } from './uid-ranges.ts';

export type FlagChange = {
  mode: 'add' | 'remove' | 'replace';
  flags: readonly string[];
  /** Messages changed after this mod-sequence are left alone (RFC 7162 §3.1.3). */
  unchangedSince?: number;
};

/** `previousModseq` is of the change before, which a session may not have been told of. */
export type ChangedFlags = { uid: number; flags: string[]; previousModseq: number };

export type FlagsStored = {
  /** Of every message changed here. */
  modseq: number;
  changed: ChangedFlags[];
  /** Left alone because of `unchangedSince`. */
  modifiedUids: number[];
  keywords: string[];
};

/**
 * Changes flags of the messages in `ranges`, all at once.
 *
 * @throws {FolderNotFound} @throws {LimitReached}
 */
export const flagsStored = async (
  db: Db,
  folderId: string,
  ranges: readonly UidRange[],
  change: FlagChange,
): Promise<FlagsStored> =>
  inTransaction(db, async (tx) => {
    const folder = await folderLocked(tx, folderId);
    const modseq = folder.modseq + 1;
    const modifiedUids =
      change.unchangedSince === undefined
        ? []
        : await uidsChangedSince(tx, folderId, ranges, change.unchangedSince);
    const flags = canonicalFlags(change.flags, folder.keywords);
    const changed = await updateFlags(tx, folder, ranges, { ...change, flags }, modseq);
    const keywords = change.mode === 'remove' ? [] : flags.filter((flag) => !flag.startsWith('\\'));
    const added = keywords.filter((keyword) => !folder.keywords.includes(keyword));
    const unseen = changed.reduce((sum, row) => sum + Number(row.wasSeen) - Number(row.isSeen), 0);
    if (changed.length > 0) {
      await sql`
        update mail.folder
        set modseq = ${modseq}, unseen_count = unseen_count + ${unseen}::integer,
          keywords = keywords || ${added}::text[]
        where id = ${folderId}`.execute(tx);
      await foldersNotified(tx, [folderId]);
    }
    return {
      modseq,
      changed,
      modifiedUids,
      keywords: changed.length > 0 ? [...folder.keywords, ...added] : folder.keywords,
    };
  });

const uidsChangedSince = async (tx: Tx, folderId: string, ranges: readonly UidRange[], since: number) => {
  const { rows } = await sql<{ uid: number }>`
    select m.uid from mail.message m where ${inRanges(folderId, ranges)} and m.modseq > ${since} order by m.uid`.execute(
    tx,
  );
  return rows.map((row) => row.uid);
};

type ChangedRow = ChangedFlags & { wasSeen: boolean; isSeen: boolean };

// A message whose flags stay what they are keeps its mod-sequence.
const updateFlags = async (
  tx: Tx,
  folder: LockedFolder,
  ranges: readonly UidRange[],
  { mode, flags, unchangedSince }: FlagChange,
  modseq: number,
): Promise<ChangedRow[]> => {
  const given = sql`${flags}::text[]`;
  const [differs, result] = {
    add: [
      sql`not old.flags @> ${given}`,
      sql`old.flags || array(select f from unnest(${given}) f where f <> all (old.flags))`,
    ],
    remove: [
      sql`old.flags && ${given}`,
      sql`array(select f from unnest(old.flags) f where f <> all (${given}))`,
    ],
    replace: [sql`not (old.flags @> ${given} and old.flags <@ ${given})`, given],
  }[mode];
  // By physical address, as nobody else may change rows of a locked folder: a join by key would be planned without
  // knowing how many there are.
  const { rows } = await sql<ChangedRow>`
    with old as (
      select m.ctid as address, m.flags, m.modseq from mail.message m
      where ${inRanges(folder.id, ranges)}
        ${unchangedSince === undefined ? sql`` : sql`and m.modseq <= ${unchangedSince}`}
    )
    update mail.message m set flags = ${result}, modseq = ${modseq}
    from old where m.ctid = old.address and ${differs}
    returning m.uid, m.flags, old.modseq as "previousModseq",
      '\\Seen' = any(old.flags) as "wasSeen", '\\Seen' = any(m.flags) as "isSeen"`.execute(tx);
  return rows;
};
