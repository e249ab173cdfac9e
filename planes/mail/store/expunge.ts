// Removing messages marked \Deleted.
import { sql } from 'kysely';
import { type Db, inTransaction } from '../../../database/database.ts';
import { folderLocked, foldersNotified, mailboxLocked } from './locks.ts';
import { inRanges, type UidRange } from './uid-ranges.ts';

/**
 * Removes those of the messages in `ranges` that are marked \Deleted and answers their UIDs.
 *
 * @throws {FolderNotFound} @throws {MailboxNotFound}
 */
export const messagesExpunged = async (
  db: Db,
  mailboxId: string,
  folderId: string,
  ranges: readonly UidRange[],
): Promise<number[]> =>
  inTransaction(db, async (tx) => {
    await mailboxLocked(tx, mailboxId);
    const modseq = (await folderLocked(tx, folderId)).modseq + 1;
    const { rows } = await sql<{ uid: number }>`
      with removed as (
        delete from mail.message m where ${inRanges(folderId, ranges)} and '\\Deleted' = any(m.flags)
        returning m.uid, m.sha256, m.size_bytes, '\\Seen' = any(m.flags) as seen
      ), total as (
        select count(*) as messages, count(*) filter (where not seen) as unseen,
          coalesce(sum(size_bytes), 0) as bytes
        from removed
      ), folder as (
        update mail.folder
        set modseq = ${modseq}, message_count = message_count - total.messages,
          unseen_count = unseen_count - total.unseen, size_bytes = size_bytes - total.bytes
        from total where id = ${folderId} and total.messages > 0
      ), mailbox as (
        update mail.mailbox
        set message_count = message_count - total.messages, size_bytes = size_bytes - total.bytes
        from total where id = ${mailboxId} and total.messages > 0
      ), expunged as (
        insert into mail.expunged (folder_id, modseq, uid) select ${folderId}::uuid, ${modseq}::bigint, uid from removed
      ), released as (
        insert into mail.released_content (sha256) select distinct sha256 from removed
        on conflict (sha256) do update set released_at = now()
      )
      select uid from removed order by uid`.execute(tx);
    if (rows.length > 0) await foldersNotified(tx, [folderId]);
    return rows.map((row) => row.uid);
  });
