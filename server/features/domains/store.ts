// Every statement on domain.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Domain as DomainTable } from '../../../database/types.ts';
import type { Contact } from '../../../providers/contracts/registrar.ts';
import type { NewestFirstPage } from '../../http/newest-first.ts';
import { type Domain, type DomainStatus, liveStatuses } from './domain.ts';

const fromRow = (row: Selectable<DomainTable>): Domain => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  name: row.name,
  tld: row.tld,
  status: row.status as DomainStatus,
  statusReason: row.status_reason,
  statusSince: row.status_since,
  registrationStage: row.registration_stage as Domain['registrationStage'],
  registrationStageSince: row.registration_stage_since,
  setUpRun: row.set_up_run,
  connectionType: row.connection_type as Domain['connectionType'],
  connectionMode: row.connection_mode,
  registrationYears: row.registration_years,
  contact: row.contact as Contact | null,
  priceMicros: row.price_micros,
  registrationId: row.registration_id,
  nameservers: row.nameservers,
  actualNameservers: row.actual_nameservers,
  dnsPropagationStatus: row.dns_propagation_status as Domain['dnsPropagationStatus'],
  nameserverMatchStatus: row.nameserver_match_status as Domain['nameserverMatchStatus'],
  lastNameserverCheck: row.last_nameserver_check,
  renewalDate: row.renewal_date,
  renewalStatus: row.renewal_status,
  dmarcEmail: row.dmarc_email,
  forwardingUrl: row.forwarding_url,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Answers the names that were not inserted because a live domain of the installation has them. */
export const domainsInsert = async (tx: Tx, domains: Domain[]): Promise<string[]> => {
  const inserted = await tx
    .insertInto('domain')
    .values(
      domains.map((domain) => ({
        uid: domain.uid,
        team_uid: domain.teamUid,
        workspace_uid: domain.workspaceUid,
        name: domain.name,
        tld: domain.tld,
        status: domain.status,
        status_since: domain.statusSince,
        registration_stage_since: domain.registrationStageSince,
        connection_type: domain.connectionType,
        registration_years: domain.registrationYears,
        contact: domain.contact && JSON.stringify(domain.contact),
        price_micros: domain.priceMicros,
        dmarc_email: domain.dmarcEmail,
        forwarding_url: domain.forwardingUrl,
        created_at: domain.createdAt,
        updated_at: domain.updatedAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('name')
    .execute();
  const names = new Set(inserted.map(({ name }) => name));
  return domains.map(({ name }) => name).filter((name) => !names.has(name));
};

export const domainByUid = async (db: Db, uid: string): Promise<Domain | null> => {
  const row = await db.selectFrom('domain').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const domainLock = async (tx: Tx, uid: string): Promise<Domain | null> => {
  const row = await tx.selectFrom('domain').selectAll().where('uid', '=', uid).forUpdate().executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Live domains of a workspace by name, each locked until the transaction ends. */
export const domainsByNameLock = async (tx: Tx, workspaceUid: string, names: string[]): Promise<Domain[]> => {
  const rows = await tx
    .selectFrom('domain')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('name', 'in', names)
    .where('status', 'in', [...liveStatuses])
    .orderBy('uid')
    .forUpdate()
    .execute();
  return rows.map(fromRow);
};

/** Live domains of the whole installation with these names. */
export const liveDomainsByName = async (db: Db, names: string[]): Promise<Domain[]> => {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('name', 'in', names)
    .where('status', 'not in', ['cancelled', 'deleted', 'payment_failed'])
    .execute();
  return rows.map(fromRow);
};

export const domainsByUid = async (db: Db, workspaceUid: string, uids: string[]): Promise<Domain[]> => {
  if (uids.length === 0) return [];
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', 'in', uids)
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .execute();
  return rows.map(fromRow);
};

/** Held domains whose set-up gave up before `before`, oldest first; ones that another process looks at are left out. */
export const domainsToSetUpAgain = async (tx: Tx, before: Date, limit: number): Promise<Domain[]> => {
  const rows = await tx
    .selectFrom('domain')
    .selectAll()
    .where('status', '=', 'inactive')
    .where('connection_type', '=', 'purchased')
    .where('registration_id', 'is not', null)
    .where('status_since', '<', before)
    .orderBy('status_since')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map(fromRow);
};

/** Domains by uid, whatever workspace they are in: for features that hold the uids themselves. */
export const domainsOfUids = async (db: Db, uids: string[]): Promise<Map<string, Domain>> => {
  if (uids.length === 0) return new Map();
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('uid', '=', sql<string>`any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, fromRow(row)]));
};

export type DomainChange = Partial<
  Pick<
    Domain,
    | 'status'
    | 'statusReason'
    | 'statusSince'
    | 'registrationStage'
    | 'registrationStageSince'
    | 'setUpRun'
    | 'registrationId'
    | 'nameservers'
    | 'actualNameservers'
    | 'dnsPropagationStatus'
    | 'nameserverMatchStatus'
    | 'lastNameserverCheck'
    | 'renewalDate'
  >
>;

export const domainUpdate = async (tx: Tx, uid: string, change: DomainChange, now: Date): Promise<void> => {
  await tx
    .updateTable('domain')
    .set({
      status: change.status,
      status_reason: change.statusReason,
      status_since: change.statusSince,
      registration_stage: change.registrationStage,
      registration_stage_since: change.registrationStageSince,
      set_up_run: change.setUpRun,
      registration_id: change.registrationId,
      nameservers: change.nameservers,
      actual_nameservers: change.actualNameservers,
      dns_propagation_status: change.dnsPropagationStatus,
      nameserver_match_status: change.nameserverMatchStatus,
      last_nameserver_check: change.lastNameserverCheck,
      renewal_date: change.renewalDate,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

export type DomainFilter = { keyword?: string; keywords?: string[]; status?: string[] };

/** Newest first; with a keyword, and without a cursor, the exact name comes before everything else. */
export const domainPage = async (
  db: Db,
  workspaceUid: string,
  filter: DomainFilter,
  { limit, offset, after }: NewestFirstPage,
): Promise<{ domains: Domain[]; total: number }> => {
  const matching = filtered(db, workspaceUid, filter);
  const exact = filter.keyword?.toLowerCase() ?? null;
  const rows = await matching
    .selectAll()
    .$if(after !== null, (query) =>
      query.where((eb) => eb(eb.refTuple('created_at', 'uid'), '<', eb.tuple(after!.createdAt, after!.uid))),
    )
    .$if(exact !== null && after === null, (query) => query.orderBy(sql`name = ${exact}`, 'desc'))
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const keywords = filter.keyword || filter.keywords?.length;
  const total = keywords
    ? Number(
        (await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()).total,
      )
    : sumOf(await domainCounts(db, workspaceUid), filter.status);
  return { domains: rows.map(fromRow), total };
};

const filtered = (db: Db, workspaceUid: string, filter: DomainFilter) => {
  const patterns = [filter.keyword, ...(filter.keywords ?? [])].filter((word) => word).map(likePattern);
  return db
    .selectFrom('domain')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(patterns.length > 0, (query) =>
      query.where((eb) => eb.or(patterns.map((pattern) => eb('name', 'like', pattern)))),
    );
};

const likePattern = (word: string | undefined): string =>
  `%${word!.toLowerCase().replace(/[\\%_]/g, (special) => `\\${special}`)}%`;

/** How many domains of the workspace are in each status; from the kept counters. */
export const domainCounts = async (db: Db, workspaceUid: string): Promise<Record<string, number>> => {
  const rows = await db
    .selectFrom('domain_count')
    .select((eb) => ['status', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy('status')
    .having((eb) => eb(eb.fn.sum<number>('difference'), '<>', 0))
    .execute();
  return Object.fromEntries(rows.map((row) => [row.status, Number(row.count)]));
};

const sumOf = (counts: Record<string, number>, statuses?: string[]): number =>
  Object.entries(counts)
    .filter(([status]) => statuses === undefined || statuses.includes(status))
    .reduce((sum, [, count]) => sum + count, 0);

export const nameserverMatchCounts = async (
  db: Db,
  workspaceUid: string,
): Promise<Record<string, number>> => {
  const rows = await db
    .selectFrom('domain_count')
    .select((eb) => ['nameserver_match_status', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', '=', workspaceUid)
    .groupBy('nameserver_match_status')
    .having((eb) => eb(eb.fn.sum<number>('difference'), '<>', 0))
    .execute();
  return Object.fromEntries(rows.map((row) => [row.nameserver_match_status, Number(row.count)]));
};

/** Live and active domains per workspace. */
export const domainTotals = async (
  db: Db,
  workspaceUids: string[],
): Promise<{ workspaceUid: string; status: string; count: number }[]> => {
  if (workspaceUids.length === 0) return [];
  const rows = await db
    .selectFrom('domain_count')
    .select((eb) => ['workspace_uid', 'status', eb.fn.sum<string>('difference').as('count')])
    .where('workspace_uid', 'in', workspaceUids)
    .groupBy(['workspace_uid', 'status'])
    .execute();
  return rows.map((row) => ({
    workspaceUid: row.workspace_uid,
    status: row.status,
    count: Number(row.count),
  }));
};

/** Folds the counters' differences into one row per status. */
export const domainCountsFold = async (db: Db): Promise<void> => {
  await sql`
    with taken as (delete from domain_count returning *)
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, sum(difference) from taken group by 1, 2, 3 having sum(difference) <> 0
  `.execute(db);
};

/** What the web plane answers for the domain and its `www`; null takes the forwarding away. */
export const webForwardPut = async (
  tx: Tx,
  name: string,
  targetUrl: string | null,
  now: Date,
): Promise<void> => {
  const hosts = [name, `www.${name}`];
  if (targetUrl === null) {
    await tx.deleteFrom('published.web_forward').where('host', 'in', hosts).execute();
    return;
  }
  await tx
    .insertInto('published.web_forward')
    .values(hosts.map((host) => ({ host, target_url: targetUrl, updated_at: now })))
    .onConflict((conflict) => conflict.column('host').doUpdateSet({ target_url: targetUrl, updated_at: now }))
    .execute();
};
