// Folders: what there is, and making, removing and renaming them.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { FolderExists, FolderNotFound, LimitReached, MailStoreRefusal } from './errors.ts';
import { folderLockedByName, foldersNotified, mailboxLocked } from './locks.ts';

export const levelSeparator = '/';

const mostFolders = 2000;

export type Folder = {
  id: string;
  name: string;
  specialUse: string | null;
  uidValidity: number;
  uidNext: number;
  modseq: number;
  firstRecentUid: number;
  messageCount: number;
  unseenCount: number;
  sizeBytes: number;
};

const folderColumns = sql`id, name, special_use as "specialUse", uidvalidity as "uidValidity", uidnext as "uidNext",
  modseq, first_recent_uid as "firstRecentUid", message_count as "messageCount", unseen_count as "unseenCount",
  size_bytes as "sizeBytes"`;

/** By name. */
export const folderList = async (db: Db, mailboxId: string): Promise<Folder[]> => {
  const { rows } = await sql<Folder>`
    select ${folderColumns} from mail.folder where mailbox_id = ${mailboxId} order by name collate "C"`.execute(
    db,
  );
  return rows;
};

export const folderByName = async (db: Db, mailboxId: string, name: string): Promise<Folder | undefined> => {
  const { rows } = await sql<Folder>`
    select ${folderColumns} from mail.folder where mailbox_id = ${mailboxId} and name = ${name}`.execute(db);
  return rows[0];
};

/** Messages that no session has shown as \Recent yet. */
export const folderRecentCount = async (db: Db, folder: Folder): Promise<number> => {
  if (folder.firstRecentUid >= folder.uidNext) return 0;
  const { rows } = await sql<{ count: number }>`
    select count(*) from mail.message
    where folder_id = ${folder.id} and uid >= ${folder.firstRecentUid}`.execute(db);
  return rows[0]!.count;
};

export const folderDeletedCount = async (db: Db, folder: Folder): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    select count(*) from mail.message where folder_id = ${folder.id} and '\\Deleted' = any(flags)`.execute(
    db,
  );
  return rows[0]!.count;
};

/**
 * Makes a folder, and those above it that are missing (RFC 9051 §6.3.4). Answers its id.
 *
 * @throws {FolderExists} @throws {LimitReached}
 */
export const folderCreated = async (
  db: Db,
  mailboxId: string,
  name: string,
  specialUse: string | null = null,
): Promise<string> =>
  inTransaction(db, async (tx) => {
    await mailboxLocked(tx, mailboxId);
    return insertFolder(tx, mailboxId, name, specialUse);
  });

const insertFolder = async (
  tx: Tx,
  mailboxId: string,
  name: string,
  specialUse: string | null,
): Promise<string> => {
  const existing = new Set((await folderList(tx, mailboxId)).map((folder) => folder.name));
  if (existing.has(name)) throw new FolderExists();
  const missing = [...superiorNames(name), name].filter((level) => !existing.has(level));
  if (existing.size + missing.length > mostFolders) {
    throw new LimitReached(`A mailbox may have ${mostFolders} folders`);
  }
  let id = '';
  for (const level of missing) {
    id = newId();
    await sql`
      with validity as (
        update mail.mailbox
        set last_uidvalidity = greatest(extract(epoch from now())::bigint, last_uidvalidity + 1)
        where id = ${mailboxId} returning last_uidvalidity
      )
      insert into mail.folder (id, mailbox_id, name, special_use, uidvalidity)
      select ${id}::uuid, ${mailboxId}::uuid, ${level}, ${level === name ? specialUse : null}, last_uidvalidity
      from validity`.execute(tx);
  }
  return id;
};

/** The names above a name, from the top: `a/b/c` has `a` and `a/b`. */
export const superiorNames = (name: string): string[] => {
  const levels = name.split(levelSeparator);
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join(levelSeparator));
};

/**
 * Removes a folder with its messages. Folders below it stay, and its name is then only a level above them.
 *
 * @throws {FolderNotFound} @throws {MailStoreRefusal} for INBOX and for names that are only a level.
 */
export const folderRemoved = async (db: Db, mailboxId: string, name: string): Promise<void> => {
  if (name === 'INBOX') throw new MailStoreRefusal('INBOX cannot be deleted');
  await inTransaction(db, async (tx) => {
    await mailboxLocked(tx, mailboxId);
    const folder = await folderOrLevel(tx, mailboxId, name);
    if (!folder) throw new MailStoreRefusal('There are folders below that name');
    await sql`
      with released as (
        insert into mail.released_content (sha256)
        select distinct sha256 from mail.message where folder_id = ${folder.id}
        on conflict (sha256) do update set released_at = now()
      ), removed as (
        delete from mail.folder where id = ${folder.id} returning mailbox_id, size_bytes, message_count
      )
      update mail.mailbox m
      set size_bytes = m.size_bytes - removed.size_bytes, message_count = m.message_count - removed.message_count
      from removed where m.id = removed.mailbox_id`.execute(tx);
    await foldersNotified(tx, [folder.id]);
  });
};

// A locked folder, or undefined when the name is just a level above folders.
const folderOrLevel = async (tx: Tx, mailboxId: string, name: string) => {
  try {
    return await folderLockedByName(tx, mailboxId, name);
  } catch (error) {
    if (!(error instanceof FolderNotFound)) throw error;
    const { rows } = await sql`
      select from mail.folder
      where mailbox_id = ${mailboxId} and starts_with(name, ${name + levelSeparator}) limit 1`.execute(tx);
    if (rows.length === 0) throw error;
    return undefined;
  }
};

/**
 * Renames a folder together with those below it. Messages keep their UIDs.
 *
 * @throws {FolderNotFound} @throws {FolderExists} @throws {LimitReached}
 * @throws {MailStoreRefusal} for INBOX, whose messages move instead, and for a name below itself.
 */
export const folderRenamed = async (db: Db, mailboxId: string, from: string, to: string): Promise<void> => {
  if (from === 'INBOX') throw new MailStoreRefusal('INBOX cannot be renamed');
  if (to.startsWith(from + levelSeparator)) {
    throw new MailStoreRefusal('A folder cannot be moved below itself');
  }
  await inTransaction(db, async (tx) => {
    await mailboxLocked(tx, mailboxId);
    const source = await folderOrLevel(tx, mailboxId, from);
    const names = (await folderList(tx, mailboxId)).map((folder) => folder.name);
    const moving = names.filter((name) => name === from || name.startsWith(from + levelSeparator));
    const taken = new Set(names);
    if (taken.has(to) || moving.some((name) => taken.has(to + name.slice(from.length))))
      throw new FolderExists();
    const above = superiorNames(to).at(-1);
    if (above && !taken.has(above)) await insertFolder(tx, mailboxId, above, null);
    await sql`
      update mail.folder set name = ${to} || substr(name, ${from.length + 1}::integer)
      where mailbox_id = ${mailboxId} and name = any(${moving}::text[])`.execute(tx);
    if (source) await foldersNotified(tx, [source.id]);
  });
};

export const subscriptionList = async (db: Db, mailboxId: string): Promise<string[]> => {
  const { rows } = await sql<{ name: string }>`
    select name from mail.subscription where mailbox_id = ${mailboxId} order by name collate "C"`.execute(db);
  return rows.map((row) => row.name);
};

/** @throws {LimitReached} */
export const subscriptionAdded = async (db: Db, mailboxId: string, name: string): Promise<void> => {
  const { rows } = await sql<{ full: boolean }>`
    with added as (
      insert into mail.subscription (mailbox_id, name)
      select ${mailboxId}::uuid, ${name}
      where (select count(*) from mail.subscription where mailbox_id = ${mailboxId}) < ${2 * mostFolders}::integer
      on conflict do nothing
    )
    select count(*) >= ${2 * mostFolders}::integer as full
    from mail.subscription where mailbox_id = ${mailboxId}`.execute(db);
  if (rows[0]?.full) throw new LimitReached('There are too many subscriptions');
};

export const subscriptionRemoved = async (db: Db, mailboxId: string, name: string): Promise<void> => {
  await sql`delete from mail.subscription where mailbox_id = ${mailboxId} and name = ${name}`.execute(db);
};
