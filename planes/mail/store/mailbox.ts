// A mailbox as a whole: made with its default folders on first touch, measured, removed.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { MailboxNotFound } from './errors.ts';

/** RFC 6154 §2. INBOX has no special use of its own. */
export const defaultFolders: readonly { name: string; specialUse: string | null }[] = [
  { name: 'INBOX', specialUse: null },
  { name: 'Sent', specialUse: '\\Sent' },
  { name: 'Drafts', specialUse: '\\Drafts' },
  { name: 'Junk', specialUse: '\\Junk' },
  { name: 'Trash', specialUse: '\\Trash' },
  { name: 'Archive', specialUse: '\\Archive' },
];

/**
 * Makes the default folders, subscribed, unless the mailbox has been touched before. Any number of callers at
 * once make them one time.
 *
 * @throws {MailboxNotFound} when no such mailbox is published.
 */
export const mailboxTouched = async (db: Db, mailboxId: string): Promise<void> => {
  const names = defaultFolders.map((folder) => folder.name);
  const uses = defaultFolders.map((folder) => folder.specialUse);
  const { rows } = await sql<{ known: boolean }>`
    with made as (
      insert into mail.mailbox (id, last_uidvalidity)
      select id, extract(epoch from now())::bigint + ${names.length} from published.mailbox where id = ${mailboxId}
      on conflict (id) do nothing
      returning id, last_uidvalidity
    ), folders as (
      insert into mail.folder (id, mailbox_id, name, special_use, uidvalidity)
      select gen_random_uuid(), made.id, f.name, f.special_use, made.last_uidvalidity - f.ordinal + 1
      from made, unnest(${names}::text[], ${uses}::text[]) with ordinality as f (name, special_use, ordinal)
    ), subscriptions as (
      insert into mail.subscription (mailbox_id, name)
      select made.id, f.name from made, unnest(${names}::text[]) as f (name)
    )
    select exists (select from published.mailbox where id = ${mailboxId}) as known`.execute(db);
  if (!rows[0]?.known) throw new MailboxNotFound();
};

export type MailboxUsage = { sizeBytes: number; messageCount: number; quotaBytes: number };

/**
 * What the mailbox holds and may hold; nothing when it was never touched.
 *
 * @throws {MailboxNotFound} when no such mailbox is published.
 */
export const mailboxUsage = async (db: Db, mailboxId: string): Promise<MailboxUsage> => {
  const { rows } = await sql<MailboxUsage>`
    select coalesce(m.size_bytes, 0) as "sizeBytes", coalesce(m.message_count, 0) as "messageCount",
      p.quota_bytes as "quotaBytes"
    from published.mailbox p left join mail.mailbox m on m.id = p.id
    where p.id = ${mailboxId}`.execute(db);
  if (!rows[0]) throw new MailboxNotFound();
  return rows[0];
};

/** The version of logins that may stay signed in to the mailbox; null when nobody may. */
export const loginVersion = async (db: Db, mailboxId: string): Promise<number | null> => {
  const { rows } = await sql<{ version: number }>`
    select login_version as version from published.mailbox where id = ${mailboxId} and status = 'active'`.execute(
    db,
  );
  return rows[0]?.version ?? null;
};

/** Whether what a session signed in with is still good; of a token, whether it was taken back. */
export const mayStaySignedIn = async (
  db: Db,
  account: { id: string; loginVersion: number; tokenHash: Buffer | null },
): Promise<boolean> => {
  if ((await loginVersion(db, account.id)) !== account.loginVersion) return false;
  if (account.tokenHash === null) return true;
  const token = await db
    .selectFrom('published.mail_token')
    .select('mailbox_id')
    .where('token_hash', '=', account.tokenHash)
    .executeTakeFirst();
  return token?.mailbox_id === account.id;
};

/** Removes every message and folder of a mailbox, for good. Sessions that have one selected are told to go. */
export const removeMailboxStore = async (db: Db, mailboxId: string): Promise<void> => {
  await sql`
    with mailbox as (
      select id from mail.mailbox where id = ${mailboxId} for update
    ), folders as (
      select f.id from mail.folder f, mailbox where f.mailbox_id = mailbox.id
    ), released as (
      insert into mail.released_content (sha256)
      select distinct m.sha256 from mail.message m where m.folder_id in (select id from folders)
      on conflict (sha256) do update set released_at = now()
    ), removed as (
      delete from mail.mailbox where id in (select id from mailbox)
    )
    select pg_notify('mail_folder', id::text) from folders`.execute(db);
};
