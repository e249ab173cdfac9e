// The order in which rows are locked: the mailbox, then its folders by id, then messages. Changes of flags alone
// start with the folder. Keeping to it, no two changes can wait for each other.
import { sql } from 'kysely';
import type { Tx } from '../../../database/database.ts';
import { FolderNotFound, MailboxNotFound } from './errors.ts';

export type LockedFolder = {
  id: string;
  name: string;
  uidValidity: number;
  uidNext: number;
  modseq: number;
  keywords: string[];
};

const lockedColumns = sql`id, name, uidvalidity as "uidValidity", uidnext as "uidNext", modseq, keywords`;

/** @throws {MailboxNotFound} */
export const mailboxLocked = async (tx: Tx, mailboxId: string): Promise<void> => {
  const { rows } = await sql`select from mail.mailbox where id = ${mailboxId} for update`.execute(tx);
  if (rows.length === 0) throw new MailboxNotFound();
};

/** Locks several in the one order that is safe. Ones that were never touched are passed over. */
export const mailboxesLocked = async (tx: Tx, mailboxIds: readonly string[]): Promise<void> => {
  await sql`
    select from mail.mailbox where id = any(${mailboxIds}::uuid[]) order by id for update`.execute(tx);
};

/** @throws {FolderNotFound} */
export const folderLocked = async (tx: Tx, folderId: string): Promise<LockedFolder> => {
  const { rows } = await sql<LockedFolder>`
    select ${lockedColumns} from mail.folder where id = ${folderId} for update`.execute(tx);
  if (!rows[0]) throw new FolderNotFound();
  return rows[0];
};

/** @throws {FolderNotFound} */
export const folderLockedByName = async (tx: Tx, mailboxId: string, name: string): Promise<LockedFolder> => {
  const { rows } = await sql<LockedFolder>`
    select ${lockedColumns} from mail.folder
    where mailbox_id = ${mailboxId} and name = ${name} for update`.execute(tx);
  if (!rows[0]) throw new FolderNotFound();
  return rows[0];
};

/** Locks several folders in the one order that is safe. Missing ones are missing from the answer. */
export const foldersLocked = async (tx: Tx, folderIds: string[]): Promise<LockedFolder[]> => {
  const { rows } = await sql<LockedFolder>`
    select ${lockedColumns} from mail.folder
    where id = any(${folderIds}::uuid[]) order by id for update`.execute(tx);
  return rows;
};

/** Wakes the sessions that have one of the folders selected, when the transaction commits. */
export const foldersNotified = async (tx: Tx, folderIds: string[]): Promise<void> => {
  await sql`select pg_notify('mail_folder', id) from unnest(${folderIds}::text[]) as id`.execute(tx);
};
