// Every statement on client_id_request.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { ClientIdRequest as ClientIdRequestTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { ClientIdRequest } from './client-id-request.ts';
import type { ConsentStatus } from './consent-request.ts';

const fromRow = (row: Selectable<ClientIdRequestTable>): ClientIdRequest => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  clientId: row.client_id,
  domainName: row.domain_name,
  mailboxUid: row.mailbox_uid,
  status: row.status as ConsentStatus,
  statusText: row.status_text,
  statusReason: row.status_reason,
  createdAt: row.created_at,
  completedAt: row.completed_at,
});

export const clientIdRequestInsert = async (tx: Tx, request: ClientIdRequest): Promise<void> => {
  await tx
    .insertInto('client_id_request')
    .values({
      uid: request.uid,
      team_uid: request.teamUid,
      workspace_uid: request.workspaceUid,
      client_id: request.clientId,
      domain_name: request.domainName,
      mailbox_uid: request.mailboxUid,
      status: request.status,
      status_text: request.statusText,
      status_reason: request.statusReason,
      created_at: request.createdAt,
      completed_at: request.completedAt,
    })
    .execute();
};

export const clientIdRequestFind = async (
  db: Db,
  workspaceUid: string,
  uid: string,
): Promise<ClientIdRequest | null> => {
  const row = await db
    .selectFrom('client_id_request')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const clientIdRequestByUid = async (db: Db, uid: string): Promise<ClientIdRequest | null> => {
  const row = await db.selectFrom('client_id_request').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const clientIdRequestPage = async (
  db: Db,
  workspaceUid: string,
  page: NewestFirstPage,
): Promise<{ requests: ClientIdRequest[]; total: number }> => {
  const mine = db.selectFrom('client_id_request').where('workspace_uid', '=', workspaceUid);
  const rows = await onNewestFirstPage(mine.selectAll(), page).execute();
  const { total } = await mine.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { requests: rows.map(fromRow), total: Number(total) };
};
