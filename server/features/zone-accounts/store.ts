// Every statement on provider_credential and provider_choice.
import type { Db, Tx } from '../../../database/database.ts';
import type { CredentialStatus, ZoneCredential } from './credential.ts';

const credentials = (db: Db) =>
  db
    .selectFrom('provider_credential')
    .select([
      'uid',
      'team_uid as teamUid',
      'workspace_uid as workspaceUid',
      'vendor',
      'kind',
      'label',
      'hint',
      'accounts',
      'status',
      'status_reason as statusReason',
      'status_code as statusCode',
      'status_since as statusSince',
      'checked_at as checkedAt',
      'created_at as createdAt',
    ])
    .$narrowType<{ accounts: ZoneCredential['accounts']; status: CredentialStatus }>();

export const credentialInsert = async (
  tx: Tx,
  credential: ZoneCredential & { sealed: string; fingerprint: string },
): Promise<void> => {
  await tx
    .insertInto('provider_credential')
    .values({
      uid: credential.uid,
      team_uid: credential.teamUid,
      workspace_uid: credential.workspaceUid,
      vendor: credential.vendor,
      kind: credential.kind,
      label: credential.label,
      sealed: credential.sealed,
      fingerprint: credential.fingerprint,
      hint: credential.hint,
      accounts: JSON.stringify(credential.accounts),
      status: credential.status,
      status_reason: credential.statusReason,
      status_code: credential.statusCode,
      status_since: credential.statusSince,
      checked_at: credential.checkedAt,
      created_at: credential.createdAt,
      updated_at: credential.createdAt,
    })
    .execute();
};

export type CredentialChange = Partial<
  Pick<
    ZoneCredential,
    'label' | 'accounts' | 'status' | 'statusReason' | 'statusCode' | 'statusSince' | 'checkedAt'
  >
>;

export const credentialUpdate = async (
  tx: Tx,
  uid: string,
  change: CredentialChange,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('provider_credential')
    .set({
      label: change.label,
      accounts: change.accounts && JSON.stringify(change.accounts),
      status: change.status,
      status_reason: change.statusReason,
      status_code: change.statusCode,
      status_since: change.statusSince,
      checked_at: change.checkedAt,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

export const credentialLock = (tx: Tx, uid: string): Promise<ZoneCredential | undefined> =>
  credentials(tx).where('uid', '=', uid).forUpdate().executeTakeFirst();

/** The workspace's, locked until the transaction ends; undefined for one of anybody else's. */
export const credentialOfWorkspaceLock = (
  tx: Tx,
  workspaceUid: string,
  uid: string,
): Promise<ZoneCredential | undefined> =>
  credentials(tx)
    .where('uid', '=', uid)
    .where('workspace_uid', '=', workspaceUid)
    .forUpdate()
    .executeTakeFirst();

export const credentialByFingerprint = (
  tx: Tx,
  workspaceUid: string,
  vendor: string,
  fingerprint: string,
): Promise<ZoneCredential | undefined> =>
  credentials(tx)
    .where('workspace_uid', '=', workspaceUid)
    .where('vendor', '=', vendor)
    .where('fingerprint', '=', fingerprint)
    .forUpdate()
    .executeTakeFirst();

/** Oldest first. */
export const credentialsOfWorkspace = (
  db: Db,
  workspaceUid: string,
  vendor: string,
): Promise<ZoneCredential[]> =>
  credentials(db)
    .where('workspace_uid', '=', workspaceUid)
    .where('vendor', '=', vendor)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();

/** Accounts of a vendor's of which another team has stored a credential that works, by their ids. */
export const accountsOfOthers = async (db: Db, teamUid: string, vendor: string): Promise<Set<string>> => {
  const rows = await db
    .selectFrom('provider_credential')
    .select('accounts')
    .where('vendor', '=', vendor)
    .where('team_uid', '!=', teamUid)
    .where('status', '=', 'active')
    .$narrowType<{ accounts: ZoneCredential['accounts'] }>()
    .execute();
  return new Set(rows.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
};

/** The status of each of these; nothing for one that was forgotten. */
export const credentialStatuses = async (
  db: Db,
  uids: readonly string[],
): Promise<Map<string, CredentialStatus>> => {
  if (uids.length === 0) return new Map();
  const rows = await credentials(db)
    .where('uid', 'in', [...new Set(uids)])
    .execute();
  return new Map(rows.map(({ uid, status }) => [uid, status]));
};

export const credentialSealed = async (db: Db, uid: string): Promise<string | null> => {
  const row = await db
    .selectFrom('provider_credential')
    .select('sealed')
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row?.sealed ?? null;
};

export const credentialDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('provider_credential').where('uid', '=', uid).execute();
};

/** Credentials nobody looked at since `before`, oldest look first; each is taken by one process at a time. */
export const credentialsToCheck = async (
  tx: Tx,
  before: Date,
  now: Date,
  limit: number,
): Promise<ZoneCredential[]> => {
  const due = await credentials(tx)
    .where('checked_at', '<', before)
    .orderBy('checked_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  for (const { uid } of due) await credentialUpdate(tx, uid, { checkedAt: now }, now);
  return due;
};

/** Has a domain's zone kept by an account from now on. */
export const choiceSet = async (
  tx: Tx,
  choice: { domain: string; vendor: string; credentialUid: string; tenant: string },
): Promise<void> => {
  await choiceDelete(tx, choice.domain);
  await tx
    .insertInto('provider_choice')
    .values({
      role: 'dns-host',
      domain: choice.domain,
      vendor: choice.vendor,
      credential_uid: choice.credentialUid,
      tenant: choice.tenant,
    })
    .execute();
};

/** The domain is served by the installation's own choice again. */
export const choiceDelete = async (tx: Tx, domain: string): Promise<void> => {
  await tx
    .deleteFrom('provider_choice')
    .where('role', '=', 'dns-host')
    .where('domain', '=', domain)
    .where('credential_uid', 'is not', null)
    .execute();
};

/** The domains whose zone is reached with a credential, by name. */
export const domainsOfCredentials = async (
  db: Db,
  credentialUids: readonly string[],
): Promise<Map<string, string[]>> => {
  if (credentialUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('provider_choice')
    .select(['credential_uid', 'domain'])
    .where('credential_uid', 'in', credentialUids)
    .orderBy('domain')
    .execute();
  const byCredential = Map.groupBy(rows, ({ credential_uid }) => credential_uid!);
  return new Map([...byCredential].map(([uid, chosen]) => [uid, chosen.map(({ domain }) => domain!)]));
};
