// Every statement on team, api_key and installation_secret.

import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import type { Db, Schema, Tx } from '../../../database/database.ts';
import type { ApiKey as ApiKeyTable } from '../../../database/types.ts';
import type { Actor } from '../../http/caller.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { KeyWish, Right } from '../../http/rights.ts';
import type { ApiKey, Team } from './account.ts';

export const teamInsert = async (tx: Tx, team: Team): Promise<void> => {
  await tx
    .insertInto('team')
    .values({
      uid: team.uid,
      name: team.name,
      created_at: team.createdAt,
      sandbox_of: team.sandboxOf,
    })
    .execute();
};

export const teamByUid = async (db: Db, uid: string): Promise<Team | null> => {
  const row = await db.selectFrom('team').selectAll().where('uid', '=', uid).executeTakeFirst();
  if (!row) return null;
  return { uid: row.uid, name: row.name, createdAt: row.created_at, sandboxOf: row.sandbox_of };
};

export const teamSandbox = async (db: Db, uid: string): Promise<string | null> => {
  const row = await db.selectFrom('team').select('uid').where('sandbox_of', '=', uid).executeTakeFirst();
  return row?.uid ?? null;
};

export const teamExists = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('team').select('uid').limit(1).executeTakeFirst()) !== undefined;

/** The team, locked until the transaction ends; what belongs to it may still come and go. */
export const teamLock = async (tx: Tx, uid: string): Promise<void> => {
  await tx.selectFrom('team').select('uid').where('uid', '=', uid).forNoKeyUpdate().executeTakeFirstOrThrow();
};

type NewApiKey = Required<KeyWish> & { uid: string; tokenSha256: Buffer; createdAt: Date };

export const apiKeyInsert = async (tx: Tx, key: NewApiKey): Promise<void> => {
  await tx
    .insertInto('api_key')
    .values({
      uid: key.uid,
      team_uid: key.teamUid,
      name: key.name,
      operator: key.operator,
      scopes: [...key.scopes],
      workspace_uids: key.workspaceUids && [...key.workspaceUids],
      domain_uids: key.domainUids && [...key.domainUids],
      allowed_networks: key.allowedNetworks && sql`${[...key.allowedNetworks]}::cidr[]`,
      token_sha256: key.tokenSha256,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    })
    .execute();
};

const inSandbox = sql<boolean>`exists (select from team where team.uid = api_key.team_uid and sandbox_of is not null)`;

/** `from_allowed`: whether it may be used from this address; an unknown one is none of the allowed. */
export const apiKeyByToken = (db: Db, tokenSha256: Buffer, address: string | null) =>
  db
    .selectFrom('api_key')
    .select([
      'uid',
      'team_uid',
      'operator',
      'scopes',
      'workspace_uids',
      'domain_uids',
      'revoked_at',
      'last_used_at',
    ])
    .select(
      sql<boolean>`allowed_networks is null
        or coalesce(${address}::inet <<= any (allowed_networks::inet[]), false)`.as('from_allowed'),
    )
    .select(inSandbox.as('test'))
    .where('token_sha256', '=', tokenSha256)
    .executeTakeFirst();

/** Whether the team has this key, and it was not revoked. */
export const apiKeyExists = async (db: Db, teamUid: string, uid: string): Promise<boolean> => {
  const row = await db
    .selectFrom('api_key')
    .select('uid')
    .where('uid', '=', uid)
    .where('team_uid', '=', teamUid)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
};

export const apiKeyUsed = async (db: Db, uid: string, at: Date, from: string | null): Promise<void> => {
  await db
    .updateTable('api_key')
    .set({ last_used_at: at, last_used_from: from })
    .where('uid', '=', uid)
    .execute();
};

const keyFromRow = (row: Selectable<ApiKeyTable> & { test: boolean }): ApiKey => ({
  uid: row.uid,
  test: row.test,
  teamUid: row.team_uid,
  name: row.name,
  operator: row.operator,
  scopes: row.scopes as Right[],
  workspaceUids: row.workspace_uids,
  domainUids: row.domain_uids,
  allowedNetworks: row.allowed_networks,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  replacedBy: row.replaced_by,
  lastUsedAt: row.last_used_at,
  lastUsedFrom: row.last_used_from,
});

/** Networks and addresses as text: the driver knows no array of `cidr`. */
const shownKey = (db: Db) =>
  db
    .selectFrom('api_key')
    .selectAll()
    .select(sql<string[] | null>`allowed_networks::text[]`.as('allowed_networks'))
    .select(sql<string | null>`host(last_used_from)`.as('last_used_from'))
    .select(inSandbox.as('test'));

export const apiKeysOfTeam = async (
  db: Db,
  teamUid: string,
  page: NewestFirstPage,
): Promise<{ keys: ApiKey[]; total: number }> => {
  const rows = await onNewestFirstPage(shownKey(db).where(ofTeamOrSandbox(teamUid)), page).execute();
  const { total } = await db
    .selectFrom('api_key')
    .select((select) => select.fn.countAll<number>().as('total'))
    .where(ofTeamOrSandbox(teamUid))
    .executeTakeFirstOrThrow();
  return { keys: rows.map(keyFromRow), total };
};

export const apiKeyLock = async (tx: Tx, teamUid: string, uid: string): Promise<ApiKey | null> => {
  const row = await shownKey(tx)
    .where(ofTeamOrSandbox(teamUid))
    .where('uid', '=', uid)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ? keyFromRow(row) : null;
};

export const apiKeyByUid = async (db: Db, teamUid: string, uid: string): Promise<ApiKey | null> => {
  const row = await shownKey(db).where(ofTeamOrSandbox(teamUid)).where('uid', '=', uid).executeTakeFirst();
  return row ? keyFromRow(row) : null;
};

export const apiKeyRevoke = async (
  tx: Tx,
  uid: string,
  at: Date,
  replacedBy: string | null = null,
): Promise<void> => {
  await tx
    .updateTable('api_key')
    .set({ revoked_at: at, replaced_by: replacedBy })
    .where('uid', '=', uid)
    .execute();
};

/** Keys that are good for this workspace and for no other, and were not revoked. */
export const apiKeysOfWorkspaceLock = async (
  tx: Tx,
  teamUid: string,
  workspaceUid: string,
): Promise<ApiKey[]> => {
  const rows = await shownKey(tx)
    .where('team_uid', '=', teamUid)
    .where(sql<boolean>`workspace_uids = array[${workspaceUid}]::uuid[]`)
    .where('revoked_at', 'is', null)
    .orderBy('uid')
    .forNoKeyUpdate()
    .execute();
  return rows.map(keyFromRow);
};

/** Keys of the team, and those that act in its sandbox. */
const ofTeamOrSandbox = (teamUid: string) => (where: ExpressionBuilder<Schema, 'api_key'>) =>
  where.or([
    where('team_uid', '=', teamUid),
    where('team_uid', 'in', where.selectFrom('team').select('uid').where('sandbox_of', '=', teamUid)),
  ]);

const isGood = (now: Date) => (where: ExpressionBuilder<Schema, 'api_key'>) =>
  where.and([
    where.or([where('revoked_at', 'is', null), where('revoked_at', '>', now)]),
    where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]),
  ]);

/** Keys that may decide about keys and are good for the whole team, besides this one. */
export const otherAdminKeys = async (tx: Tx, teamUid: string, uid: string, now: Date): Promise<number> => {
  const { count } = await tx
    .selectFrom('api_key')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('team_uid', '=', teamUid)
    .where('uid', '<>', uid)
    .where('workspace_uids', 'is', null)
    .where(sql<boolean>`'admin' = any (scopes)`)
    .where(isGood(now))
    .executeTakeFirstOrThrow();
  return count;
};

/** The key with those that it replaced and that replaced it. */
export const apiKeyLineage = async (db: Db, uid: string): Promise<string[]> => {
  const { rows } = await sql<{ uid: string }>`
    with recursive lineage as (
      select uid, replaced_by from api_key where uid = ${uid}
      union
      select other.uid, other.replaced_by from api_key other
        join lineage on other.uid = lineage.replaced_by or other.replaced_by = lineage.uid
    )
    select uid from lineage
  `.execute(db);
  return rows.map((row) => row.uid);
};

/** The secret under this name; the first caller's value stays, whoever comes second gets that one. */
export const installationSecret = async (db: Db, name: string, sealedIfNew: string): Promise<string> => {
  await db
    .insertInto('installation_secret')
    .values({ name, sealed: sealedIfNew })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const row = await db
    .selectFrom('installation_secret')
    .select('sealed')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return row.sealed;
};

/**
 * The key that a caller's webhooks in the reference form are signed with: its own, and for a person the oldest that is
 * good for the whole team, if there is one.
 */
export const keyToSignWith = async (
  tx: Tx,
  caller: Actor & { teamId: string },
  now: Date,
): Promise<string | null> => {
  if (!caller.person) return caller.keyId;
  const row = await tx
    .selectFrom('api_key')
    .select('uid')
    .where('team_uid', '=', caller.teamId)
    .where('workspace_uids', 'is', null)
    .where(isGood(now))
    .orderBy('created_at')
    .orderBy('uid')
    .limit(1)
    .executeTakeFirst();
  return row?.uid ?? null;
};

/** The hash of a key's token; the key may have been revoked. */
export const apiKeySha256 = async (db: Db, uid: string): Promise<Buffer> => {
  const row = await db
    .selectFrom('api_key')
    .select('token_sha256')
    .where('uid', '=', uid)
    .executeTakeFirstOrThrow();
  return row.token_sha256;
};
