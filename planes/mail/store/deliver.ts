// Putting a message into a folder: delivery of received mail and APPEND.
import { sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { contentsInserted, type PreparedContent, prepareContent } from './content.ts';
import { FolderNotFound, MailboxNotFound, QuotaExceeded } from './errors.ts';
import { canonicalFlags } from './keywords.ts';
import { folderLockedByName, mailboxesLocked, mailboxLocked } from './locks.ts';
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
  const [delivered] = await messagesDelivered(db, [delivery]);
  return delivered!;
};

/** Several at once, in any mailboxes: all of them or none, in each folder with ascending UIDs. Throws as `deliverMessage` does. */
export const messagesDelivered = async (
  db: Db,
  deliveries: readonly MessageDelivery[],
): Promise<DeliveredMessage[]> => {
  const prepared = deliveries.map((delivery) => ({ ...delivery, content: prepareContent(delivery.raw) }));
  return inTransaction(db, async (tx) => {
    const flagged = await withCanonicalFlags(tx, prepared);
    const delivered = await insertMessages(tx, flagged);
    const missing = flagged.filter((_, place) => !delivered[place]);
    if (missing.length === 0) return delivered as DeliveredMessage[];
    for (const mailboxId of new Set(missing.map((delivery) => delivery.mailboxId))) {
      await mailboxTouched(tx, mailboxId);
    }
    const afterTouch = await insertMessages(tx, missing);
    const refused = missing.find((_, place) => !afterTouch[place]);
    if (refused) throw await deliveryRefusal(tx, refused, missing);
    return delivered.map((known) => known ?? afterTouch.shift()!);
  });
};

type PreparedDelivery = MessageDelivery & { content: PreparedContent };

// Keywords need the folder's spelling, which needs the folder's lock; flags of the system do not.
const withCanonicalFlags = async (
  tx: Tx,
  deliveries: readonly PreparedDelivery[],
): Promise<PreparedDelivery[]> => {
  const flagged: PreparedDelivery[] = [];
  // Of messages in one command, the first says how a keyword is spelled.
  const used = new Map<string, string[]>();
  for (const delivery of deliveries) {
    const { flags = [] } = delivery;
    const key = `${delivery.mailboxId} ${delivery.folder}`;
    if (flags.some(isKeyword) && !used.has(key)) used.set(key, await lockedKeywords(tx, delivery));
    const known = used.get(key) ?? [];
    const canonical = canonicalFlags(flags, known);
    if (used.has(key)) used.set(key, [...new Set([...known, ...canonical.filter(isKeyword)])]);
    flagged.push({ ...delivery, flags: canonical });
  }
  return flagged;
};

const isKeyword = (flag: string): boolean => !flag.startsWith('\\');

const lockedKeywords = async (tx: Tx, { mailboxId, folder }: MessageDelivery): Promise<string[]> => {
  await mailboxTouched(tx, mailboxId);
  await mailboxLocked(tx, mailboxId);
  return (await folderLockedByName(tx, mailboxId, folder)).keywords;
};

/**
 * Gives what was stored, in the order of `deliveries`; nothing for those whose mailbox has no room for all of its own,
 * or no such folder, or was never touched. Few statements, as most of the time of a delivery is round trips.
 */
const insertMessages = async (
  tx: Tx,
  deliveries: readonly PreparedDelivery[],
): Promise<(DeliveredMessage | undefined)[]> => {
  const mailboxIds = [...new Set(deliveries.map(({ mailboxId }) => mailboxId))];
  if (mailboxIds.length > 1) await mailboxesLocked(tx, mailboxIds);
  const given = deliveries.map(
    (
      { mailboxId, folder, flags = [], internalDate = new Date(), internalDateOffsetMin = 0, content },
      place,
    ) => ({
      place,
      mailbox_id: mailboxId,
      folder,
      flags,
      // Of the clock only whole seconds are kept: INTERNALDATE has no others.
      internal_s: Math.floor(internalDate.getTime() / 1000),
      offset_min: internalDateOffsetMin,
      size_bytes: content.description.sizeBytes,
      sha256: `\\x${content.sha256.toString('hex')}`,
    }),
  );
  // The mailbox rows are locked before the folders. Messages of one statement are one change of their folder: they share
  // its mod-sequence.
  const { rows } = await sql<DeliveredMessage & { place: number }>`
    with given as materialized (
      select *, '\\Seen' <> all (flags) as unseen
      from json_to_recordset(${JSON.stringify(given)}::json) as g (place integer, mailbox_id uuid, folder text,
        flags text[], internal_s double precision, offset_min smallint, size_bytes integer, sha256 bytea)
    ), room as (
      update mail.mailbox m
      set size_bytes = m.size_bytes + g.size_bytes, message_count = m.message_count + g.messages
      from (
        select mailbox_id, sum(size_bytes)::bigint as size_bytes, count(*) as messages
        from given group by mailbox_id
      ) g join published.mailbox p on p.id = g.mailbox_id
      where m.id = g.mailbox_id and m.size_bytes + g.size_bytes <= p.quota_bytes
        and not exists (
          select from given wanted where wanted.mailbox_id = m.id
            and not exists (select from mail.folder where mailbox_id = m.id and name = wanted.folder))
      returning m.id
    ), folder as (
      update mail.folder f
      set uidnext = f.uidnext + g.messages, modseq = f.modseq + 1, message_count = f.message_count + g.messages,
        unseen_count = f.unseen_count + g.unseen, size_bytes = f.size_bytes + g.size_bytes,
        keywords = f.keywords || array(
          select distinct k from given, unnest(given.flags) as k
          where given.mailbox_id = f.mailbox_id and given.folder = f.name
            and k not like '\\\\%' and k <> all (f.keywords))
      from (
        select mailbox_id, folder, count(*) as messages, count(*) filter (where unseen) as unseen,
          sum(size_bytes)::bigint as size_bytes
        from given group by mailbox_id, folder
      ) g join room on room.id = g.mailbox_id
      where f.mailbox_id = g.mailbox_id and f.name = g.folder
      returning f.id, f.mailbox_id, f.name, f.uidnext - g.messages as first_uid, f.modseq, f.uidvalidity
    ), placed as (
      select g.*, folder.id as folder_id, folder.modseq, folder.uidvalidity,
        folder.first_uid + row_number() over (partition by folder.id order by g.place) - 1 as uid
      from given g join folder on folder.mailbox_id = g.mailbox_id and folder.name = g.folder
    ), ${contentsInserted(deliveries.map(({ content }) => content))}, message as (
      insert into mail.message (folder_id, uid, modseq, flags, internal_date, internal_date_offset_min,
        size_bytes, sha256)
      select folder_id, uid, modseq, flags, to_timestamp(internal_s), offset_min, size_bytes, sha256
      from placed
    ), notified as (
      select pg_notify('mail_folder', id::text) from folder
    )
    select placed.place, placed.folder_id as "folderId", placed.uid, placed.uidvalidity as "uidValidity"
    from placed, (select count(*) from notified) told`.execute(tx);
  const stored = new Map(rows.map(({ place, ...message }) => [place, message]));
  return deliveries.map((_, place) => stored.get(place));
};

const deliveryRefusal = async (
  tx: Tx,
  { mailboxId, folder }: MessageDelivery,
  deliveries: readonly PreparedDelivery[],
) => {
  const { rows } = await sql`
    select from mail.folder where mailbox_id = ${mailboxId} and name = ${folder}`.execute(tx);
  if (rows.length === 0) return new FolderNotFound();
  const usage = await mailboxUsage(tx, mailboxId);
  const sizeBytes = deliveries
    .filter((delivery) => delivery.mailboxId === mailboxId)
    .reduce((sum, { content }) => sum + content.description.sizeBytes, 0);
  return usage.sizeBytes + sizeBytes > usage.quotaBytes ? new QuotaExceeded() : new MailboxNotFound();
};
