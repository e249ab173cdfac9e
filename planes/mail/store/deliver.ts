// Putting a message into a folder: delivery of received mail and APPEND.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { type PreparedContent, prepareContent } from './content.ts';
import { FolderNotFound, MailboxNotFound, QuotaExceeded } from './errors.ts';
import { canonicalFlags } from './keywords.ts';
import { folderLockedByName, mailboxLocked } from './locks.ts';
import { mailboxTouched, mailboxUsage } from './mailbox.ts';

export type MessageDelivery = {
  /** published.mailbox.id */
  mailboxId: string;
  /** Name of the folder; `INBOX` for received mail. */
  folder: string;
  /** The message as it is to be read again, byte for byte. */
  raw: Buffer;
  /** System flags with their backslash (`\Seen`) and keywords. */
  flags?: string[];
  /** When it was received; now by default. */
  internalDate?: Date;
  /** Zone that INTERNALDATE is shown in, minutes east of UTC. */
  internalDateOffsetMin?: number;
};

export type DeliveredMessage = { folderId: string; uid: number; uidValidity: number };

/**
 * Stores a message durably and wakes the sessions that look at the folder. All or nothing; inside of a caller's
 * transaction it is part of that.
 *
 * @throws {QuotaExceeded} @throws {MailboxNotFound} @throws {FolderNotFound}
 */
export const deliverMessage = async (db: Db, delivery: MessageDelivery): Promise<DeliveredMessage> => {
  const content = prepareContent(delivery.raw);
  return inTransaction(db, (tx) => deliverPrepared(tx, delivery, content));
};

/** Several at once: all of them or none, with ascending UIDs. Throws as `deliverMessage` does. */
export const messagesDelivered = async (
  db: Db,
  deliveries: readonly MessageDelivery[],
): Promise<DeliveredMessage[]> => {
  const prepared = deliveries.map((delivery) => ({ delivery, content: prepareContent(delivery.raw) }));
  return inTransaction(db, async (tx) => {
    const delivered: DeliveredMessage[] = [];
    for (const { delivery, content } of prepared) {
      delivered.push(await deliverPrepared(tx, delivery, content));
    }
    return delivered;
  });
};

const deliverPrepared = async (
  tx: Tx,
  delivery: MessageDelivery,
  content: PreparedContent,
): Promise<DeliveredMessage> => {
  const flags = await deliveryFlags(tx, delivery);
  const delivered = await insertMessage(tx, delivery, content, flags);
  if (delivered) return delivered;
  await mailboxTouched(tx, delivery.mailboxId);
  const afterTouch = await insertMessage(tx, delivery, content, flags);
  if (afterTouch) return afterTouch;
  throw await deliveryRefusal(tx, delivery, content.sizeBytes);
};

// Keywords need the folder's spelling, which needs the folder's lock; flags of the system do not.
const deliveryFlags = async (
  tx: Tx,
  { mailboxId, folder, flags = [] }: MessageDelivery,
): Promise<string[]> => {
  if (!flags.some((flag) => !flag.startsWith('\\'))) return canonicalFlags(flags, []);
  await mailboxTouched(tx, mailboxId);
  await mailboxLocked(tx, mailboxId);
  return canonicalFlags(flags, (await folderLockedByName(tx, mailboxId, folder)).keywords);
};

// One statement, as most of the time of a delivery is round trips. The mailbox row is locked before the folder.
const insertMessage = async (
  tx: Tx,
  { mailboxId, folder, internalDate = new Date(), internalDateOffsetMin = 0 }: MessageDelivery,
  content: PreparedContent,
  flags: string[],
): Promise<DeliveredMessage | undefined> => {
  const unseen = flags.includes('\\Seen') ? 0 : 1;
  const keywords = flags.filter((flag) => !flag.startsWith('\\'));
  const { rows } = await sql<DeliveredMessage>`
    with quota as (
      update mail.mailbox m
      set size_bytes = m.size_bytes + ${content.sizeBytes}::integer, message_count = m.message_count + 1
      from published.mailbox p
      where m.id = ${mailboxId} and p.id = m.id and m.size_bytes + ${content.sizeBytes}::integer <= p.quota_bytes
        and exists (select from mail.folder where mailbox_id = m.id and name = ${folder})
      returning m.id
    ), folder as (
      update mail.folder f
      set uidnext = f.uidnext + 1, modseq = f.modseq + 1, message_count = f.message_count + 1,
        unseen_count = f.unseen_count + ${unseen}::integer,
        size_bytes = f.size_bytes + ${content.sizeBytes}::integer,
        keywords = f.keywords || array(
          select k from unnest(${keywords}::text[]) as k where k <> all (f.keywords))
      from quota
      where f.mailbox_id = quota.id and f.name = ${folder}
      returning f.id, f.uidnext - 1 as uid, f.modseq, f.uidvalidity
    ), content as (${content.insert}), message as (
      insert into mail.message (folder_id, uid, modseq, flags, internal_date, internal_date_offset_min,
        size_bytes, sha256)
      select folder.id, folder.uid, folder.modseq, ${flags}::text[], date_trunc('second', ${internalDate}::timestamptz),
        ${internalDateOffsetMin}::smallint, ${content.sizeBytes}::integer, content.sha256
      from folder, content
    ), notified as (
      select pg_notify('mail_folder', id::text) from folder
    )
    select folder.id as "folderId", folder.uid, folder.uidvalidity as "uidValidity"
    from folder, notified`.execute(tx);
  return rows[0];
};

const deliveryRefusal = async (tx: Tx, { mailboxId, folder }: MessageDelivery, sizeBytes: number) => {
  const { rows } = await sql`
    select from mail.folder where mailbox_id = ${mailboxId} and name = ${folder}`.execute(tx);
  if (rows.length === 0) return new FolderNotFound();
  const usage = await mailboxUsage(tx, mailboxId);
  return usage.sizeBytes + sizeBytes > usage.quotaBytes ? new QuotaExceeded() : new MailboxNotFound();
};
