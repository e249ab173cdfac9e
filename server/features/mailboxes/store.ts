// Every statement on mailbox.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Mailbox as MailboxTable } from '../../../database/types.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { aliasHolders } from './changes-store.ts';
import {
  addressFreeStatuses,
  goneStatuses,
  type Mailbox,
  type MailboxStatus,
  type SealedSecrets,
} from './mailbox.ts';

export const mailboxColumns = [
  'uid',
  'team_uid',
  'workspace_uid',
  'domain_uid',
  'domain_name',
  'username',
  'address',
  'first_name',
  'last_name',
  'platform',
  'status',
  'status_reason',
  'status_since',
  'is_admin',
  'forwarding_email',
  'forwarding_keep_copy',
  'update_status',
  'signature',
  'profile_picture',
  'renewal_date',
  'renewal_cycle',
  'renewal_status',
  'prepaid_until',
  'term_anchor',
  'term_months',
  'due_at',
  'reminded_at',
  'unpaid_since',
  'next_try_at',
  'seat_until',
  'suspended_for',
  'cancellation_status',
  'reactivation_status',
  'erasing_since',
  'sequencer_uids',
  'sequencer_status',
  'runs',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof MailboxTable)[];

export const mailboxFromRow = (
  row: Pick<Selectable<MailboxTable>, (typeof mailboxColumns)[number]>,
): Mailbox => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  domainUid: row.domain_uid,
  domainName: row.domain_name,
  username: row.username,
  address: row.address,
  firstName: row.first_name,
  lastName: row.last_name,
  platform: row.platform as Platform,
  status: row.status as MailboxStatus,
  statusReason: row.status_reason,
  statusSince: row.status_since,
  isAdmin: row.is_admin,
  forwardingEmail: row.forwarding_email,
  forwardingKeepCopy: row.forwarding_keep_copy,
  updateStatus: row.update_status as Mailbox['updateStatus'],
  signature: row.signature,
  profilePicture: row.profile_picture,
  renewalDate: row.renewal_date,
  renewalCycle: row.renewal_cycle,
  renewalStatus: row.renewal_status as Mailbox['renewalStatus'],
  prepaidUntil: row.prepaid_until,
  termAnchor: row.term_anchor,
  termMonths: row.term_months,
  dueAt: row.due_at,
  remindedAt: row.reminded_at,
  unpaidSince: row.unpaid_since,
  nextTryAt: row.next_try_at,
  seatUntil: row.seat_until,
  suspendedFor: row.suspended_for as Mailbox['suspendedFor'],
  cancellationStatus: row.cancellation_status as Mailbox['cancellationStatus'],
  reactivationStatus: row.reactivation_status as Mailbox['reactivationStatus'],
  erasingSince: row.erasing_since,
  sequencerUids: row.sequencer_uids,
  sequencerStatus: row.sequencer_status as Mailbox['sequencerStatus'],
  runs: row.runs,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Answers the addresses that were not inserted because a live mailbox has them. */
export const mailboxesInsert = async (
  tx: Tx,
  mailboxes: (Mailbox & { sealed: SealedSecrets })[],
): Promise<string[]> => {
  const inserted = await tx
    .insertInto('mailbox')
    .values(
      mailboxes.map((mailbox) => ({
        uid: mailbox.uid,
        team_uid: mailbox.teamUid,
        workspace_uid: mailbox.workspaceUid,
        domain_uid: mailbox.domainUid,
        domain_name: mailbox.domainName,
        username: mailbox.username,
        first_name: mailbox.firstName,
        last_name: mailbox.lastName,
        platform: mailbox.platform,
        status: mailbox.status,
        status_since: mailbox.statusSince,
        is_admin: mailbox.isAdmin,
        password_sealed: mailbox.sealed.password,
        app_password_sealed: mailbox.sealed.appPassword,
        totp_secret_sealed: mailbox.sealed.totpSecret,
        profile_picture: mailbox.profilePicture,
        term_months: mailbox.termMonths,
        created_at: mailbox.createdAt,
        updated_at: mailbox.updatedAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('uid')
    .execute();
  const uids = new Set(inserted.map(({ uid }) => uid));
  return mailboxes.filter(({ uid }) => !uids.has(uid)).map(({ address }) => address);
};

export const mailboxByUid = async (db: Db, uid: string): Promise<Mailbox | null> => {
  const row = await db.selectFrom('mailbox').select(mailboxColumns).where('uid', '=', uid).executeTakeFirst();
  return row ? mailboxFromRow(row) : null;
};

export const mailboxLock = async (tx: Tx, uid: string): Promise<Mailbox | null> => {
  const row = await tx
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? mailboxFromRow(row) : null;
};

export const ofWorkspace = (db: Db, workspaceUid: string) =>
  db.selectFrom('mailbox').where('workspace_uid', '=', workspaceUid);

/** One mailbox of a workspace; by address the live one, when an old one had the same. */
export const mailboxFind = async (
  db: Db,
  workspaceUid: string,
  which: { uid: string } | { address: string },
): Promise<Mailbox | null> => {
  const own = ofWorkspace(db, workspaceUid).select(mailboxColumns);
  const row = await ('uid' in which
    ? own.where('uid', '=', which.uid)
    : own.where('address', '=', which.address).orderBy('created_at', 'desc').limit(1)
  ).executeTakeFirst();
  return row ? mailboxFromRow(row) : null;
};

export const mailboxSecrets = async (db: Db, uid: string): Promise<SealedSecrets> => {
  const row = await db
    .selectFrom('mailbox')
    .select(['password_sealed', 'app_password_sealed', 'totp_secret_sealed'])
    .where('uid', '=', uid)
    .executeTakeFirstOrThrow();
  return {
    password: row.password_sealed,
    appPassword: row.app_password_sealed,
    totpSecret: row.totp_secret_sealed,
  };
};

/** Which of these addresses a mailbox of the installation has, could come back to, or had until a while ago. */
export const addressesTaken = async (db: Db, addresses: string[]): Promise<string[]> => {
  if (addresses.length === 0) return [];
  const rows = await db
    .selectFrom('mailbox')
    .select('address')
    .where('address', 'in', addresses)
    .where('status', 'not in', [...addressFreeStatuses])
    .execute();
  const aliases = await aliasHolders(db, addresses);
  return addresses.filter((address) => aliases.has(address) || rows.some((row) => row.address === address));
};

/** What each domain holds already: how many live mailboxes, and of which platform. */
export const mailboxesOnDomains = async (
  db: Db,
  domainUids: string[],
): Promise<Map<string, { count: number; platform: Platform }>> => {
  if (domainUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('mailbox')
    .select((eb) => [
      'domain_uid',
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('platform').as('platform'),
    ])
    .where('domain_uid', 'in', domainUids)
    .where('status', 'not in', [...goneStatuses])
    .groupBy('domain_uid')
    .execute();
  return new Map(
    rows.map((row) => [row.domain_uid, { count: Number(row.count), platform: row.platform as Platform }]),
  );
};

export const liveMailboxesOf = async (db: Db, domainUid: string): Promise<Mailbox[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('domain_uid', '=', domainUid)
    .where('status', 'not in', [...goneStatuses])
    .orderBy('uid')
    .execute();
  return rows.map(mailboxFromRow);
};

/** The same with those that were cancelled or archived, which their host still has. */
export const hostedMailboxesOf = async (db: Db, domainUid: string): Promise<Mailbox[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('domain_uid', '=', domainUid)
    .where('status', 'not in', [...addressFreeStatuses])
    .orderBy('uid')
    .execute();
  return rows.map(mailboxFromRow);
};

/** Mailboxes of a workspace, each locked until the transaction ends, in one order everywhere. */
export const mailboxesLock = async (tx: Tx, workspaceUid: string, uids: string[]): Promise<Mailbox[]> => {
  const rows = await tx
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where('workspace_uid', '=', workspaceUid)
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .orderBy('uid')
    .forUpdate()
    .execute();
  return rows.map(mailboxFromRow);
};

/** Domains of a workspace that hold at least `maximum` live mailboxes. */
export const fullDomains = async (db: Db, workspaceUid: string, maximum: number): Promise<string[]> => {
  const rows = await db
    .selectFrom('mailbox')
    .select('domain_uid')
    .where('workspace_uid', '=', workspaceUid)
    .where('status', 'not in', [...goneStatuses])
    .groupBy('domain_uid')
    .having((eb) => eb(eb.fn.countAll<number>(), '>=', maximum))
    .execute();
  return rows.map(({ domain_uid }) => domain_uid);
};

/** Mailboxes by their own uids or by those of their domains, newest first. */
export const mailboxesByUids = async (
  db: Db,
  workspaceUid: string,
  which: { uids: string[]; domainUids: string[] },
  page: { limit: number; offset: number },
): Promise<{ mailboxes: Mailbox[]; total: number }> => {
  const matching = ofWorkspace(db, workspaceUid).where((eb) =>
    eb.or([
      ...(which.uids.length > 0 ? [eb('uid', 'in', which.uids)] : []),
      ...(which.domainUids.length > 0 ? [eb('domain_uid', 'in', which.domainUids)] : []),
    ]),
  );
  const rows = await matching
    .select(mailboxColumns)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const counted = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { mailboxes: rows.map(mailboxFromRow), total: Number(counted.total) };
};

/** Mailboxes by uid, whatever workspace they are in: for features that hold the uids themselves. */
export const mailboxesOfUids = async (db: Db, uids: string[]): Promise<Map<string, Mailbox>> => {
  if (uids.length === 0) return new Map();
  // One parameter however many uids: a statement takes 65,535, and a page of large orders holds more.
  const rows = await db
    .selectFrom('mailbox')
    .select(mailboxColumns)
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, mailboxFromRow(row)]));
};

export type MailboxChange = Partial<
  Pick<
    Mailbox,
    | 'username'
    | 'firstName'
    | 'lastName'
    | 'forwardingEmail'
    | 'forwardingKeepCopy'
    | 'updateStatus'
    | 'signature'
    | 'profilePicture'
    | 'status'
    | 'statusReason'
    | 'statusSince'
    | 'isAdmin'
    | 'renewalDate'
    | 'renewalStatus'
    | 'prepaidUntil'
    | 'termAnchor'
    | 'termMonths'
    | 'dueAt'
    | 'remindedAt'
    | 'unpaidSince'
    | 'nextTryAt'
    | 'seatUntil'
    | 'suspendedFor'
    | 'cancellationStatus'
    | 'reactivationStatus'
    | 'erasingSince'
    | 'runs'
  >
> & { sealed?: Pick<SealedSecrets, 'password' | 'appPassword'> };

export const mailboxUpdate = async (tx: Tx, uid: string, change: MailboxChange, now: Date): Promise<void> => {
  await tx
    .updateTable('mailbox')
    .set({
      username: change.username,
      first_name: change.firstName,
      last_name: change.lastName,
      forwarding_email: change.forwardingEmail,
      forwarding_keep_copy: change.forwardingKeepCopy,
      update_status: change.updateStatus,
      signature: change.signature,
      profile_picture: change.profilePicture,
      password_sealed: change.sealed?.password,
      app_password_sealed: change.sealed?.appPassword,
      status: change.status,
      status_reason: change.statusReason,
      status_since: change.statusSince,
      is_admin: change.isAdmin,
      renewal_date: change.renewalDate,
      renewal_status: change.renewalStatus,
      prepaid_until: change.prepaidUntil,
      term_anchor: change.termAnchor,
      term_months: change.termMonths,
      due_at: change.dueAt,
      reminded_at: change.remindedAt,
      unpaid_since: change.unpaidSince,
      next_try_at: change.nextTryAt,
      seat_until: change.seatUntil,
      suspended_for: change.suspendedFor,
      cancellation_status: change.cancellationStatus,
      reactivation_status: change.reactivationStatus,
      erasing_since: change.erasingSince,
      runs: change.runs,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};
