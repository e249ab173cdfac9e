// What a session that has a folder selected reads: the state at SELECT, and what changed since.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { FolderNotFound } from './errors.ts';
import type { UidRange } from './uid-ranges.ts';

export type FolderSnapshot = {
  id: string;
  uidValidity: number;
  uidNext: number;
  modseq: number;
  firstRecentUid: number;
  keywords: string[];
  /** Ascending. */
  uids: number[];
  firstUnseenUid: number | null;
};

/**
 * One moment of a folder.
 *
 * @throws {FolderNotFound}
 */
export const folderSnapshot = async (db: Db, mailboxId: string, name: string): Promise<FolderSnapshot> => {
  // The UIDs come as one text: a row each costs several times more for a folder of 100,000 messages.
  const { rows } = await sql<Omit<FolderSnapshot, 'uids'> & { uids: string | null }>`
    select f.id, f.uidvalidity as "uidValidity", f.uidnext as "uidNext", f.modseq,
      f.first_recent_uid as "firstRecentUid", f.keywords,
      (select string_agg(m.uid::text, ',' order by m.uid) from mail.message m where m.folder_id = f.id) as uids,
      (select m.uid from mail.message m
       where f.unseen_count > 0 and m.folder_id = f.id and '\\Seen' <> all (m.flags)
       order by m.uid limit 1) as "firstUnseenUid"
    from mail.folder f where f.mailbox_id = ${mailboxId} and f.name = ${name}`.execute(db);
  const row = rows[0];
  if (!row) throw new FolderNotFound();
  return { ...row, uids: row.uids ? row.uids.split(',').map(Number) : [] };
};

/**
 * Marks every message so far as seen by a session. Answers the UIDs, both included, that were not: they are
 * \Recent to this session and to no other (RFC 3501 §2.3.2). They may reach beyond what the session knows of yet.
 */
export const recentClaimed = async (db: Db, folderId: string): Promise<UidRange> => {
  const { rows } = await sql<{ first: number; last: number }>`
    update mail.folder f set first_recent_uid = f.uidnext
    from (select id, first_recent_uid from mail.folder where id = ${folderId} for update) old
    where f.id = old.id
    returning old.first_recent_uid as first, f.uidnext - 1 as last`.execute(db);
  return rows[0] ? [rows[0].first, rows[0].last] : [1, 0];
};

/**
 * UIDs of the messages removed after `sinceModseq`, or null when some may have been forgotten: removals are kept for
 * days, in their order, so that all are there as long as an older one is.
 */
export const vanishedUids = async (
  db: Db,
  folderId: string,
  sinceModseq: number,
): Promise<number[] | null> => {
  const { rows } = await sql<{ complete: boolean; uids: number[] }>`
    select exists (select from mail.expunged where folder_id = ${folderId} and modseq <= ${sinceModseq}) as complete,
      array(select uid from mail.expunged where folder_id = ${folderId} and modseq > ${sinceModseq}
        order by uid)::text[] as uids`.execute(db);
  return rows[0]!.complete ? rows[0]!.uids.map(Number) : null;
};

export type FolderChanges = {
  modseq: number;
  keywords: string[];
  /** From here on no session has shown a message as \Recent. */
  firstRecentUid: number;
  /** New messages and those with changed flags, by UID. */
  changed: { uid: number; modseq: number; flags: string[] }[];
  expungedUids: number[];
};

type ChangeRow = {
  /** Null in the row of the folder, whose keywords are in `flags`. */
  uid: number | null;
  modseq: number;
  /** Null for a message that was removed. */
  flags: string[] | null;
  firstRecentUid: number | null;
};

/**
 * What happened after `sinceModseq`, in one snapshot. Undefined when the folder is gone.
 */
export const folderChanges = async (
  db: Db,
  folderId: string,
  sinceModseq: number,
): Promise<FolderChanges | undefined> => {
  const { rows } = await sql<ChangeRow>`
    select null::bigint as uid, modseq, keywords as flags, first_recent_uid as "firstRecentUid"
    from mail.folder where id = ${folderId}
    union all
    select uid, modseq, flags, null from mail.message
    where folder_id = ${folderId} and modseq > ${sinceModseq}
    union all
    select uid, modseq, null, null from mail.expunged where folder_id = ${folderId} and modseq > ${sinceModseq}`.execute(
    db,
  );
  const folder = rows.find((row) => row.uid === null);
  if (!folder) return undefined;
  const changes: FolderChanges = {
    modseq: folder.modseq,
    keywords: folder.flags ?? [],
    firstRecentUid: folder.firstRecentUid!,
    changed: [],
    expungedUids: [],
  };
  for (const { uid, modseq, flags } of rows) {
    if (uid === null) continue;
    if (flags) changes.changed.push({ uid, modseq, flags });
    else changes.expungedUids.push(uid);
  }
  changes.changed.sort((a, b) => a.uid - b.uid);
  return changes;
};
