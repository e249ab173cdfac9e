// Every statement on oauth_client, and on what the identity plane reads of it.
import type { Insertable, Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { OauthClient as OauthClientTable, PublishedOauthClient } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { OauthClient } from './oauth-client.ts';

const fromRow = (row: Selectable<OauthClientTable>): OauthClient => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  clientId: row.client_id,
  kind: row.kind as OauthClient['kind'],
  name: row.name,
  redirectUris: row.redirect_uris,
  hosts: row.hosts,
  scopes: row.scopes,
  secondApprover: row.second_approver,
  approvedAt: row.approved_at,
  createdAt: row.created_at,
});

/** Answers false when the workspace has the client already. */
export const clientInsert = async (
  tx: Tx,
  client: OauthClient,
  createdBy: string | null,
): Promise<boolean> => {
  const row = await tx
    .insertInto('oauth_client')
    .values({
      uid: client.uid,
      team_uid: client.teamUid,
      workspace_uid: client.workspaceUid,
      client_id: client.clientId,
      kind: client.kind,
      name: client.name,
      redirect_uris: client.redirectUris,
      hosts: client.hosts,
      scopes: client.scopes,
      second_approver: client.secondApprover,
      approved_at: client.approvedAt,
      created_by: createdBy,
      created_at: client.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('uid')
    .executeTakeFirst();
  return row !== undefined;
};

export const clientPublish = async (tx: Tx, client: Insertable<PublishedOauthClient>): Promise<void> => {
  await tx.insertInto('published.oauth_client').values(client).execute();
};

/** What the identity plane gave to it is over with it. */
export const clientUnpublish = async (tx: Tx, clientId: string): Promise<void> => {
  await tx.deleteFrom('published.oauth_client').where('client_id', '=', clientId).execute();
};

export type WhichClient = { uid: string } | { clientId: string };

const which = (db: Db, workspaceUid: string, client: WhichClient) => {
  const rows = db.selectFrom('oauth_client').selectAll().where('workspace_uid', '=', workspaceUid);
  return 'uid' in client ? rows.where('uid', '=', client.uid) : rows.where('client_id', '=', client.clientId);
};

export const clientFind = async (
  db: Db,
  workspaceUid: string,
  client: WhichClient,
): Promise<OauthClient | null> => {
  const row = await which(db, workspaceUid, client).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const clientLock = async (
  tx: Tx,
  workspaceUid: string,
  client: WhichClient,
): Promise<OauthClient | null> => {
  const row = await which(tx, workspaceUid, client).forUpdate().executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const clientPage = async (
  db: Db,
  workspaceUid: string,
  page: NewestFirstPage,
): Promise<{ clients: OauthClient[]; total: number }> => {
  const mine = db.selectFrom('oauth_client').where('workspace_uid', '=', workspaceUid);
  const rows = await onNewestFirstPage(mine.selectAll(), page).execute();
  const { total } = await mine.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { clients: rows.map(fromRow), total: Number(total) };
};

export const clientApprove = async (tx: Tx, uid: string, at: Date): Promise<void> => {
  await tx.updateTable('oauth_client').set({ approved_at: at }).where('uid', '=', uid).execute();
};

export const clientDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('oauth_client').where('uid', '=', uid).execute();
};
