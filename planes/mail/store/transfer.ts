// Copying and moving messages between the folders of a mailbox.
import { type RawBuilder, sql } from 'kysely';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import { FolderNotFound, MessagesGone, QuotaExceeded } from './errors.ts';
import { folderByName, folderCreated } from './folder.ts';
import { canonicalFlags } from './keywords.ts';
import { foldersLocked, foldersNotified, type LockedFolder, mailboxLocked } from './locks.ts';
import { inRanges, type UidRange } from './uid-ranges.ts';

export type Transfer = {
  mailboxId: string;
  fromFolderId: string;
  toFolderId: string;
  ranges: readonly UidRange[];
};

/** UIDs of the originals and of what they became, in the same order. */
export type Transferred = { uidValidity: number; fromUids: number[]; toUids: number[] };

/**
 * Copies messages with flags and dates. All or nothing; with `atLeast`, nothing too when there are fewer.
 *
 * @throws {FolderNotFound} @throws {QuotaExceeded} @throws {LimitReached} @throws {MessagesGone}
 */
export const messagesCopied = async (db: Db, transfer: Transfer, atLeast = 0): Promise<Transferred> =>
  inTransaction(db, async (tx) => {
    const { from, to, flags, keywords } = await lockTransfer(tx, transfer);
    const { rows } = await sql<{ uid: number; seen: boolean; sizeBytes: number }>`
      with source as (
        select m.*, row_number() over (order by m.uid) as position
        from mail.message m where ${inRanges(from.id, transfer.ranges)}
      ), copied as (
        insert into mail.message (folder_id, uid, modseq, flags, internal_date, internal_date_offset_min,
          size_bytes, sha256)
        select ${to.id}::uuid, ${to.uidNext}::bigint + position - 1, ${to.modseq + 1}::bigint, ${flags(sql`m.flags`)},
          internal_date, internal_date_offset_min, size_bytes, sha256
        from source m
      )
      select uid, '\\Seen' = any(flags) as seen, size_bytes as "sizeBytes" from source order by uid`.execute(
      tx,
    );
    if (rows.length < atLeast) throw new MessagesGone();
    if (rows.length === 0) return { uidValidity: to.uidValidity, fromUids: [], toUids: [] };
    const total = totals(rows);
    await chargeQuota(tx, transfer.mailboxId, total);
    await addToFolder(tx, to.id, total, keywords);
    await foldersNotified(tx, [to.id]);
    return transferred(to, rows);
  });

/**
 * Moves messages: they get new UIDs, also within one folder, and are expunged from where they were. All or nothing.
 *
 * @throws {FolderNotFound} @throws {LimitReached}
 */
export const messagesMoved = async (db: Db, transfer: Transfer): Promise<Transferred> =>
  inTransaction(db, async (tx) => {
    const { from, to, flags, keywords } = await lockTransfer(tx, transfer);
    const { rows } = await sql<{ uid: number; seen: boolean; sizeBytes: number }>`
      with source as (
        select m.ctid as address, m.uid, row_number() over (order by m.uid) as position
        from mail.message m where ${inRanges(from.id, transfer.ranges)}
      ), moved as (
        update mail.message m
        set folder_id = ${to.id}, uid = ${to.uidNext}::bigint + source.position - 1, modseq = ${to.modseq + 1},
          flags = ${flags(sql`m.flags`)}
        from source where m.ctid = source.address
        returning source.uid, '\\Seen' = any(m.flags) as seen, m.size_bytes
      ), expunged as (
        insert into mail.expunged (folder_id, modseq, uid)
        select ${from.id}::uuid, ${from.modseq + 1}::bigint, uid from source
      )
      select uid, seen, size_bytes as "sizeBytes" from moved order by uid`.execute(tx);
    if (rows.length === 0) return { uidValidity: to.uidValidity, fromUids: [], toUids: [] };
    const total = totals(rows);
    if (from.id !== to.id) await removeFromFolder(tx, from.id, total);
    const added = from.id === to.id ? { ...total, messages: 0, unseen: 0, bytes: 0 } : total;
    await addToFolder(tx, to.id, added, keywords);
    await foldersNotified(tx, [from.id, to.id]);
    return transferred(to, rows);
  });

const lockTransfer = async (tx: Tx, { mailboxId, fromFolderId, toFolderId, ranges }: Transfer) => {
  await mailboxLocked(tx, mailboxId);
  const folders = await foldersLocked(tx, [fromFolderId, toFolderId]);
  const from = folders.find((folder) => folder.id === fromFolderId);
  const to = folders.find((folder) => folder.id === toFolderId);
  if (!from || !to) throw new FolderNotFound();
  return { from, to, ...(await keywordSpelling(tx, from, to, ranges)) };
};

// The same keyword may be spelled otherwise in the other folder.
const keywordSpelling = async (tx: Tx, from: LockedFolder, to: LockedFolder, ranges: readonly UidRange[]) => {
  const unchanged = { flags: (column: RawBuilder<unknown>) => column, keywords: [] as string[] };
  if (from.id === to.id || from.keywords.length === 0) return unchanged;
  const { rows } = await sql<{ keyword: string }>`
    select distinct f as keyword from mail.message m, unnest(m.flags) f
    where ${inRanges(from.id, ranges)} and not starts_with(f, '\\')`.execute(tx);
  if (rows.length === 0) return unchanged;
  const used = rows.map((row) => row.keyword);
  const spelled = canonicalFlags(used, to.keywords);
  const spelling = new Map(spelled.map((keyword) => [keyword.toLowerCase(), keyword]));
  const map = JSON.stringify(
    Object.fromEntries(used.map((keyword) => [keyword, spelling.get(keyword.toLowerCase())])),
  );
  return {
    flags: (column: RawBuilder<unknown>) =>
      sql`array(
        select coalesce(${map}::jsonb ->> f, f) from unnest(${column}) with ordinality u (f, o) order by o)`,
    keywords: spelled.filter((keyword) => !to.keywords.includes(keyword)),
  };
};

type Total = { uids: number; messages: number; unseen: number; bytes: number };

const totals = (rows: { seen: boolean; sizeBytes: number }[]): Total => ({
  uids: rows.length,
  messages: rows.length,
  unseen: rows.filter((row) => !row.seen).length,
  bytes: rows.reduce((sum, row) => sum + row.sizeBytes, 0),
});

const chargeQuota = async (tx: Tx, mailboxId: string, { messages, bytes }: Total) => {
  const { rows } = await sql`
    update mail.mailbox m
    set size_bytes = m.size_bytes + ${bytes}::bigint, message_count = m.message_count + ${messages}::integer
    from published.mailbox p
    where m.id = ${mailboxId} and p.id = m.id and m.size_bytes + ${bytes}::bigint <= p.quota_bytes
    returning m.id`.execute(tx);
  if (rows.length === 0) throw new QuotaExceeded();
};

const addToFolder = async (tx: Tx, folderId: string, total: Total, keywords: string[]) => {
  await sql`
    update mail.folder
    set uidnext = uidnext + ${total.uids}::integer, modseq = modseq + 1,
      message_count = message_count + ${total.messages}::integer,
      unseen_count = unseen_count + ${total.unseen}::integer, size_bytes = size_bytes + ${total.bytes}::bigint,
      keywords = keywords || ${keywords}::text[]
    where id = ${folderId}`.execute(tx);
};

const removeFromFolder = async (tx: Tx, folderId: string, total: Total) => {
  await sql`
    update mail.folder
    set modseq = modseq + 1, message_count = message_count - ${total.messages}::integer,
      unseen_count = unseen_count - ${total.unseen}::integer, size_bytes = size_bytes - ${total.bytes}::bigint
    where id = ${folderId}`.execute(tx);
};

const transferred = (to: LockedFolder, rows: { uid: number }[]): Transferred => ({
  uidValidity: to.uidValidity,
  fromUids: rows.map((row) => row.uid),
  toUids: rows.map((_, index) => to.uidNext + index),
});

/**
 * RENAME of INBOX: its messages move into a new folder, INBOX and the folders below it stay (RFC 9051 §6.3.6).
 *
 * @throws {FolderExists} @throws {LimitReached}
 */
export const inboxRenamed = async (db: Db, mailboxId: string, to: string): Promise<void> =>
  inTransaction(db, async (tx) => {
    await folderCreated(tx, mailboxId, to);
    const [inbox, target] = [
      await folderByName(tx, mailboxId, 'INBOX'),
      await folderByName(tx, mailboxId, to),
    ];
    if (!inbox || !target) throw new FolderNotFound();
    const ranges: UidRange[] = [[1, inbox.uidNext]];
    await messagesMoved(tx, { mailboxId, fromFolderId: inbox.id, toFolderId: target.id, ranges });
  });
