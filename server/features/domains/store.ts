// Every statement on domain.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Domain as DomainTable } from '../../../database/types.ts';
import type { Contact } from '../../../providers/contracts/registrar.ts';
import { type Domain, type DomainStatus, goneStatuses, liveStatuses } from './domain.ts';

export const domainFromRow = (row: Selectable<DomainTable>): Domain => ({
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
  credentialUid: row.credential_uid,
  zoneId: row.zone_id,
  mailPlatform: row.mail_platform as Domain['mailPlatform'],
  registrationYears: row.registration_years,
  contact: row.contact as Contact | null,
  priceMicros: row.price_micros,
  registrationId: row.registration_id,
  nameservers: row.nameservers,
  actualNameservers: row.actual_nameservers,
  dnsPropagationStatus: row.dns_propagation_status as Domain['dnsPropagationStatus'],
  nameserverMatchStatus: row.nameserver_match_status as Domain['nameserverMatchStatus'],
  lastNameserverCheck: row.last_nameserver_check,
  delegatedAt: row.delegated_at,
  runs: row.runs,
  renewalDate: row.renewal_date,
  renewalStatus: row.renewal_status as Domain['renewalStatus'],
  renewalDueAt: row.renewal_due_at,
  remindedAt: row.reminded_at,
  unpaidSince: row.unpaid_since,
  nextTryAt: row.next_try_at,
  expiredSince: row.expired_since,
  dmarcEmail: row.dmarc_email,
  dmarcPolicy: row.dmarc_policy as Domain['dmarcPolicy'],
  catchAllEmail: row.catch_all_email,
  emailForwarding: row.email_forwarding,
  forwardingUrl: row.forwarding_url,
  forwardingPermanent: row.forwarding_permanent,
  forwardingKeepPath: row.forwarding_keep_path,
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
        connection_mode: domain.connectionMode,
        credential_uid: domain.credentialUid,
        zone_id: domain.zoneId,
        registration_years: domain.registrationYears,
        contact: domain.contact && JSON.stringify(domain.contact),
        price_micros: domain.priceMicros,
        nameservers: domain.nameservers,
        actual_nameservers: domain.actualNameservers,
        dns_propagation_status: domain.dnsPropagationStatus,
        nameserver_match_status: domain.nameserverMatchStatus,
        last_nameserver_check: domain.lastNameserverCheck,
        delegated_at: domain.delegatedAt,
        set_up_run: domain.setUpRun,
        runs: domain.runs,
        dmarc_email: domain.dmarcEmail,
        catch_all_email: domain.catchAllEmail,
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
  return row ? domainFromRow(row) : null;
};

export const domainLock = async (tx: Tx, uid: string): Promise<Domain | null> => {
  const row = await tx.selectFrom('domain').selectAll().where('uid', '=', uid).forUpdate().executeTakeFirst();
  return row ? domainFromRow(row) : null;
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
  return rows.map(domainFromRow);
};

type Wanted = { uids: string[]; names: string[] };

const present = (db: Db, workspaceUid: string, { uids, names }: Wanted) =>
  db
    .selectFrom('domain')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('status', 'not in', [...goneStatuses])
    .where((eb) =>
      eb.or([
        eb('uid', '=', sql<string>`any(${uids}::uuid[])`),
        eb('name', '=', sql<string>`any(${names}::text[])`),
      ]),
    )
    // Locks are taken in one order everywhere. Of those with one name a connection that expired comes last.
    .orderBy('uid');

const expiredLast = (rows: Selectable<DomainTable>[]): Domain[] => {
  const expired = ({ status }: Domain) => (status === 'expired_propagation' ? 1 : 0);
  return rows.map(domainFromRow).sort((a, b) => expired(a) - expired(b));
};

/** Domains of a workspace by uid or by name, each locked until the transaction ends. */
export const domainsLock = async (tx: Tx, workspaceUid: string, wanted: Wanted): Promise<Domain[]> =>
  expiredLast(await present(tx, workspaceUid, wanted).forUpdate().execute());

export const domainsFind = async (db: Db, workspaceUid: string, wanted: Wanted): Promise<Domain[]> =>
  expiredLast(await present(db, workspaceUid, wanted).execute());

/** Domains of the whole installation that keep these names from others. */
export const liveDomainsByName = async (db: Db, names: string[]): Promise<Domain[]> => {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('name', 'in', names)
    .where('status', 'not in', [...goneStatuses, 'expired_propagation'])
    .execute();
  return rows.map(domainFromRow);
};

/** The workspace that has the domain now; null when nobody of the installation has it. */
export const workspaceOfDomain = async (db: Db, name: string): Promise<string | null> =>
  (await liveDomainsByName(db, [name]))[0]?.workspaceUid ?? null;

export const expiredByName = async (db: Db, names: string[]): Promise<string[]> => {
  const rows = await db
    .selectFrom('domain')
    .select('uid')
    .where('name', 'in', names)
    .where('status', '=', 'expired_propagation')
    .execute();
  return rows.map(({ uid }) => uid);
};

/** Which of these names another team has had and proven to be its own, and whether it bought them here. */
export const formerHolders = async (
  db: Db,
  teamUid: string,
  names: string[],
): Promise<Map<string, { bought: boolean }>> => {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('domain')
    .select(['name', sql<boolean>`bool_or(registration_id is not null)`.as('bought')])
    .where('name', 'in', names)
    .where('team_uid', '!=', teamUid)
    .where((eb) => eb.or([eb('delegated_at', 'is not', null), eb('registration_id', 'is not', null)]))
    .groupBy('name')
    .execute();
  return new Map(rows.map(({ name, bought }) => [name, { bought }]));
};

/** The domain a caller means, whatever became of it; by name the newest row. */
export const domainFind = async (
  db: Db,
  workspaceUid: string,
  which: { uid: string } | { name: string },
): Promise<Domain | null> => {
  const own = db.selectFrom('domain').selectAll().where('workspace_uid', '=', workspaceUid);
  const row = await ('uid' in which
    ? own.where('uid', '=', which.uid)
    : own.where('name', '=', which.name).orderBy('created_at', 'desc').orderBy('uid', 'desc').limit(1)
  ).executeTakeFirst();
  return row ? domainFromRow(row) : null;
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
  return rows.map(domainFromRow);
};

/** Held domains whose set-up gave up before `before`, oldest first; ones that another process looks at are left out. */
export const domainsToSetUpAgain = async (tx: Tx, before: Date, limit: number): Promise<Domain[]> => {
  const rows = await tx
    .selectFrom('domain')
    .selectAll()
    .where('status', '=', 'inactive')
    .where('expired_since', 'is', null)
    .where((eb) => eb.or([eb('registration_id', 'is not', null), eb('delegated_at', 'is not', null)]))
    .where('status_since', '<', before)
    .orderBy('status_since')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return rows.map(domainFromRow);
};

/** Live domains of a workspace by name. */
export const domainsByName = async (db: Db, workspaceUid: string, names: string[]): Promise<Domain[]> => {
  if (names.length === 0) return [];
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('name', '=', sql<string>`any(${names}::text[])`)
    .where('status', 'not in', [...goneStatuses, 'expired_propagation'])
    .execute();
  return rows.map(domainFromRow);
};

/** Domains whose zone is reached with a credential, each locked until the transaction ends. */
export const domainsOfCredentialLock = async (tx: Tx, credentialUid: string): Promise<Domain[]> => {
  const rows = await tx
    .selectFrom('domain')
    .selectAll()
    .where('credential_uid', '=', credentialUid)
    .where('status', 'not in', [...goneStatuses])
    .orderBy('uid')
    .forUpdate()
    .execute();
  return rows.map(domainFromRow);
};

/** Domains by uid, whatever workspace they are in: for features that hold the uids themselves. */
export const domainsOfUids = async (db: Db, uids: string[]): Promise<Map<string, Domain>> => {
  if (uids.length === 0) return new Map();
  const rows = await db
    .selectFrom('domain')
    .selectAll()
    .where('uid', '=', sql<string>`any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, domainFromRow(row)]));
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
    | 'credentialUid'
    | 'zoneId'
    | 'mailPlatform'
    | 'nameservers'
    | 'actualNameservers'
    | 'dnsPropagationStatus'
    | 'nameserverMatchStatus'
    | 'lastNameserverCheck'
    | 'delegatedAt'
    | 'runs'
    | 'renewalDate'
    | 'renewalStatus'
    | 'renewalDueAt'
    | 'remindedAt'
    | 'unpaidSince'
    | 'nextTryAt'
    | 'expiredSince'
    | 'dmarcEmail'
    | 'dmarcPolicy'
    | 'catchAllEmail'
    | 'emailForwarding'
    | 'forwardingUrl'
    | 'forwardingPermanent'
    | 'forwardingKeepPath'
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
      credential_uid: change.credentialUid,
      zone_id: change.zoneId,
      mail_platform: change.mailPlatform,
      nameservers: change.nameservers,
      actual_nameservers: change.actualNameservers,
      dns_propagation_status: change.dnsPropagationStatus,
      nameserver_match_status: change.nameserverMatchStatus,
      last_nameserver_check: change.lastNameserverCheck,
      delegated_at: change.delegatedAt,
      runs: change.runs,
      renewal_date: change.renewalDate,
      renewal_status: change.renewalStatus,
      // A domain that is held until another day is looked at again.
      renewal_due_at: change.renewalDueAt ?? (change.renewalDate ? now : change.renewalDueAt),
      reminded_at: change.remindedAt,
      unpaid_since: change.unpaidSince,
      next_try_at: change.nextTryAt,
      expired_since: change.expiredSince,
      dmarc_email: change.dmarcEmail,
      dmarc_policy: change.dmarcPolicy,
      catch_all_email: change.catchAllEmail,
      email_forwarding: change.emailForwarding,
      forwarding_url: change.forwardingUrl,
      forwarding_permanent: change.forwardingPermanent,
      forwarding_keep_path: change.forwardingKeepPath,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

/** The domain is somebody else's from now on, for this price. Settings that are theirs to make begin anew. */
export const domainSetOwner = async (
  tx: Tx,
  uid: string,
  owner: { teamUid: string; workspaceUid: string; priceMicros: number },
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('domain')
    .set({
      team_uid: owner.teamUid,
      workspace_uid: owner.workspaceUid,
      price_micros: owner.priceMicros,
      contact: null,
      dmarc_email: null,
      dmarc_policy: 'none',
      catch_all_email: null,
      email_forwarding: null,
      forwarding_url: null,
      forwarding_permanent: false,
      forwarding_keep_path: false,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

/** Which of these were bought here and are held by the registrar for us. */
export const boughtDomains = async (db: Db, uids: string[]): Promise<Set<string>> => {
  if (uids.length === 0) return new Set();
  const rows = await db
    .selectFrom('domain')
    .select('uid')
    .where('uid', 'in', uids)
    .where('connection_type', '=', 'purchased')
    .where('registration_id', 'is not', null)
    .execute();
  return new Set(rows.map(({ uid }) => uid));
};
