// Every statement on mailbox.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Mailbox as MailboxTable } from '../../../database/types.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { NewestFirstPage } from '../../http/newest-first.ts';
import { goneStatuses, type Mailbox, type MailboxStatus, type SealedSecrets } from './mailbox.ts';

const columns = [
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
  'profile_picture',
  'renewal_date',
  'renewal_cycle',
  'renewal_status',
  'prepaid_until',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof MailboxTable)[];

const fromRow = (row: Pick<Selectable<MailboxTable>, (typeof columns)[number]>): Mailbox => ({
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
  profilePicture: row.profile_picture,
  renewalDate: row.renewal_date,
  renewalCycle: row.renewal_cycle,
  renewalStatus: row.renewal_status,
  prepaidUntil: row.prepaid_until,
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
  const row = await db.selectFrom('mailbox').select(columns).where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const mailboxLock = async (tx: Tx, uid: string): Promise<Mailbox | null> => {
  const row = await tx
    .selectFrom('mailbox')
    .select(columns)
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

const ofWorkspace = (db: Db, workspaceUid: string) =>
  db.selectFrom('mailbox').where('workspace_uid', '=', workspaceUid);

/** One mailbox of a workspace; by address the live one, when an old one had the same. */
export const mailboxFind = async (
  db: Db,
  workspaceUid: string,
  which: { uid: string } | { address: string },
): Promise<Mailbox | null> => {
  const own = ofWorkspace(db, workspaceUid).select(columns);
  const row = await ('uid' in which
    ? own.where('uid', '=', which.uid)
    : own.where('address', '=', which.address).orderBy('created_at', 'desc').limit(1)
  ).executeTakeFirst();
  return row ? fromRow(row) : null;
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

/** Addresses of live mailboxes among these, in the whole installation. */
export const addressesTaken = async (db: Db, addresses: string[]): Promise<string[]> => {
  if (addresses.length === 0) return [];
  const rows = await db
    .selectFrom('mailbox')
    .select('address')
    .where('address', 'in', addresses)
    .where('status', 'not in', [...goneStatuses])
    .execute();
  return rows.map(({ address }) => address);
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
    .select(columns)
    .where('domain_uid', '=', domainUid)
    .where('status', 'not in', [...goneStatuses])
    .orderBy('uid')
    .execute();
  return rows.map(fromRow);
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

export type MailboxFilter = {
  keyword?: string;
  domain?: string;
  domainUid?: string;
  status?: string[];
  platform?: Platform;
};

/** Newest first; with a keyword the exact address comes before everything else, and there is no cursor. */
export const mailboxPage = async (
  db: Db,
  workspaceUid: string,
  filter: MailboxFilter,
  { limit, offset, after }: NewestFirstPage,
): Promise<{ mailboxes: Mailbox[]; total: number }> => {
  const matching = filtered(db, workspaceUid, filter);
  const exact = filter.keyword?.toLowerCase() ?? null;
  const rows = await matching
    .select(columns)
    .$if(after !== null, (query) =>
      query.where((eb) => eb(eb.refTuple('created_at', 'uid'), '<', eb.tuple(after!.createdAt, after!.uid))),
    )
    .$if(exact !== null, (query) => query.orderBy(sql`address = ${exact}`, 'desc'))
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const narrowed = filter.keyword || filter.domain || filter.domainUid;
  const total = narrowed
    ? Number(
        (await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()).total,
      )
    : (await mailboxCounts(db, workspaceUid))
        .filter((row) => !filter.status || filter.status.includes(row.status))
        .filter((row) => !filter.platform || filter.platform === row.platform)
        .reduce((sum, row) => sum + row.count, 0);
  return { mailboxes: rows.map(fromRow), total };
};

const filtered = (db: Db, workspaceUid: string, filter: MailboxFilter) =>
  ofWorkspace(db, workspaceUid)
    .$if(filter.domain !== undefined, (query) => query.where('domain_name', '=', filter.domain!))
    .$if(filter.domainUid !== undefined, (query) => query.where('domain_uid', '=', filter.domainUid!))
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(filter.platform !== undefined, (query) => query.where('platform', '=', filter.platform!))
    .$if(filter.keyword !== undefined, (query) =>
      query.where('search', 'like', `%${filter.keyword!.toLowerCase().replace(/[\\%_]/g, (c) => `\\${c}`)}%`),
    );

/** How many mailboxes of the workspace are in each status on each platform; from the kept counters. */
export const mailboxCounts = async (
  db: Db,
  workspaceUid: string,
): Promise<{ status: string; platform: string; count: number }[]> => {
  const rows = await db
    .selectFrom('mailbox_count')
    .select((eb) => ['status', 'platform', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy(['status', 'platform'])
    .having((eb) => eb(eb.fn.sum<number>('difference'), '<>', 0))
    .execute();
  return rows.map((row) => ({ status: row.status, platform: row.platform, count: Number(row.count) }));
};

/** Live mailboxes per workspace. */
export const mailboxTotals = async (db: Db, workspaceUids: string[]): Promise<Map<string, number>> => {
  if (workspaceUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('mailbox_count')
    .select((eb) => ['workspace_uid', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', 'in', workspaceUids)
    .where('status', 'not in', [...goneStatuses])
    .groupBy('workspace_uid')
    .execute();
  return new Map(rows.map((row) => [row.workspace_uid, Number(row.count)]));
};

/** Folds the counters' differences into one row per status and platform, where there is more than one. */
export const mailboxCountsFold = async (db: Db): Promise<void> => {
  await sql`
    with several as (
      select workspace_uid, platform, status from mailbox_count group by 1, 2, 3 having count(*) > 1
    ), taken as (
      delete from mailbox_count as row using several
        where (row.workspace_uid, row.platform, row.status) =
          (several.workspace_uid, several.platform, several.status)
        returning row.*
    )
    insert into mailbox_count
      select workspace_uid, platform, status, sum(difference) from taken group by 1, 2, 3 having sum(difference) <> 0
  `.execute(db);
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
    .select(columns)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const counted = await matching
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { mailboxes: rows.map(fromRow), total: Number(counted.total) };
};

/** Mailboxes by uid, whatever workspace they are in: for features that hold the uids themselves. */
export const mailboxesOfUids = async (db: Db, uids: string[]): Promise<Map<string, Mailbox>> => {
  if (uids.length === 0) return new Map();
  // One parameter however many uids: a statement takes 65,535, and a page of large orders holds more.
  const rows = await db
    .selectFrom('mailbox')
    .select(columns)
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, fromRow(row)]));
};

export type MailboxChange = Partial<
  Pick<Mailbox, 'status' | 'statusReason' | 'statusSince' | 'renewalDate' | 'prepaidUntil'>
>;

export const mailboxUpdate = async (tx: Tx, uid: string, change: MailboxChange, now: Date): Promise<void> => {
  await tx
    .updateTable('mailbox')
    .set({
      status: change.status,
      status_reason: change.statusReason,
      status_since: change.statusSince,
      renewal_date: change.renewalDate,
      prepaid_until: change.prepaidUntil,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};
