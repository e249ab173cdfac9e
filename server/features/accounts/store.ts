// Every statement on team, api_key and installation_secret.
import type { Db, Tx } from '../../../database/database.ts';
import type { Team } from './account.ts';

export const teamInsert = async (tx: Tx, team: Team): Promise<void> => {
  await tx
    .insertInto('team')
    .values({ uid: team.uid, name: team.name, created_at: team.createdAt })
    .execute();
};

export const teamByUid = async (db: Db, uid: string): Promise<Team | null> => {
  const row = await db.selectFrom('team').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? { uid: row.uid, name: row.name, createdAt: row.created_at } : null;
};

export const teamExists = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('team').select('uid').limit(1).executeTakeFirst()) !== undefined;

/** The team, locked until the transaction ends; what belongs to it may still come and go. */
export const teamLock = async (tx: Tx, uid: string): Promise<void> => {
  await tx.selectFrom('team').select('uid').where('uid', '=', uid).forNoKeyUpdate().executeTakeFirstOrThrow();
};

export type ApiKeyRow = {
  uid: string;
  teamUid: string;
  name: string;
  /** Whether its holder runs the installation, and not only a team on it. */
  operator: boolean;
  tokenSha256: Buffer;
  createdAt: Date;
  expiresAt: Date | null;
};

export const apiKeyInsert = async (tx: Tx, key: ApiKeyRow): Promise<void> => {
  await tx
    .insertInto('api_key')
    .values({
      uid: key.uid,
      team_uid: key.teamUid,
      name: key.name,
      operator: key.operator,
      token_sha256: key.tokenSha256,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
    })
    .execute();
};

export const apiKeyByToken = (db: Db, tokenSha256: Buffer) =>
  db
    .selectFrom('api_key')
    .select(['uid', 'team_uid', 'operator', 'revoked_at', 'last_used_at'])
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

export const apiKeyUsed = async (db: Db, uid: string, at: Date): Promise<void> => {
  await db.updateTable('api_key').set({ last_used_at: at }).where('uid', '=', uid).execute();
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

/** The hash of a key's token; the key may have been revoked. */
export const apiKeySha256 = async (db: Db, uid: string): Promise<Buffer> => {
  const row = await db
    .selectFrom('api_key')
    .select('token_sha256')
    .where('uid', '=', uid)
    .executeTakeFirstOrThrow();
  return row.token_sha256;
};
