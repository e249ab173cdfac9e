// Every statement on consent_request.
import { type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { ConsentRequest as ConsentRequestTable } from '../../../database/types.ts';
import type { ConsentReason } from '../../../providers/contracts/consent-flow.ts';
import type { NewestFirstPage } from '../../http/newest-first.ts';
import { onNewestFirstPage } from '../../http/newest-first.ts';
import type { ConsentRequest, ConsentStatus } from './consent-request.ts';

const fromRow = (row: Selectable<ConsentRequestTable>): ConsentRequest => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  mailboxUid: row.mailbox_uid,
  mailboxEmail: row.mailbox_email,
  clientId: row.client_id,
  consentUrl: row.consent_url,
  requestData: row.request_data as Record<string, unknown>,
  vendor: row.vendor,
  clientIdRequestUid: row.client_id_request_uid,
  status: row.status as ConsentStatus,
  statusText: row.status_text,
  statusReason: row.status_reason,
  reasonCode: row.reason_code as ConsentReason | null,
  attempts: row.attempts,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  completedAt: row.completed_at,
});

export const requestsInsert = async (tx: Tx, requests: ConsentRequest[]): Promise<void> => {
  await tx
    .insertInto('consent_request')
    .values(
      requests.map((request) => ({
        uid: request.uid,
        team_uid: request.teamUid,
        workspace_uid: request.workspaceUid,
        mailbox_uid: request.mailboxUid,
        mailbox_email: request.mailboxEmail,
        client_id: request.clientId,
        consent_url: request.consentUrl,
        request_data: JSON.stringify(request.requestData),
        vendor: request.vendor,
        client_id_request_uid: request.clientIdRequestUid,
        status: request.status,
        status_text: request.statusText,
        due_at: request.createdAt,
        created_at: request.createdAt,
        updated_at: request.updatedAt,
      })),
    )
    .execute();
};

const ofWorkspace = (db: Db, workspaceUid: string, uid: string) =>
  db
    .selectFrom('consent_request')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('uid', '=', uid);

export const requestFind = async (
  db: Db,
  workspaceUid: string,
  uid: string,
): Promise<ConsentRequest | null> => {
  const row = await ofWorkspace(db, workspaceUid, uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Whose mailboxes these requests are about; by the uid of the request. */
export const mailboxesOfRequests = async (
  db: Db,
  workspaceUid: string,
  uids: readonly string[],
): Promise<Map<string, string>> => {
  const rows = await db
    .selectFrom('consent_request')
    .select(['uid', 'mailbox_uid'])
    .where('workspace_uid', '=', workspaceUid)
    .where(sql<boolean>`uid = any(${uids}::uuid[])`)
    .execute();
  return new Map(rows.map((row) => [row.uid, row.mailbox_uid]));
};

export const requestsByUids = async (
  db: Db,
  uids: readonly string[],
): Promise<Map<string, ConsentRequest>> => {
  if (uids.length === 0) return new Map();
  const rows = await db.selectFrom('consent_request').selectAll().where('uid', 'in', uids).execute();
  return new Map(rows.map((row) => [row.uid, fromRow(row)]));
};

export const requestByUid = async (db: Db, uid: string): Promise<ConsentRequest | null> => {
  const row = await db.selectFrom('consent_request').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const requestLock = async (
  tx: Tx,
  workspaceUid: string,
  uid: string,
): Promise<ConsentRequest | null> => {
  const row = await ofWorkspace(tx, workspaceUid, uid).forUpdate().executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** The request, locked; null when it is not this worker's any more. */
export const requestLockLeased = async (
  tx: Tx,
  uid: string,
  workerUid: string,
): Promise<ConsentRequest | null> => {
  const row = await tx
    .selectFrom('consent_request')
    .selectAll()
    .where('uid', '=', uid)
    .where('leased_by', '=', workerUid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export type RequestFilter = {
  status?: ConsentStatus[] | undefined;
  mailboxUid?: string | undefined;
  clientId?: string | undefined;
};

export const requestPage = async (
  db: Db,
  workspaceUid: string,
  filter: RequestFilter,
  page: NewestFirstPage,
): Promise<{ requests: ConsentRequest[]; total: number }> => {
  const mine = db
    .selectFrom('consent_request')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(filter.mailboxUid !== undefined, (query) => query.where('mailbox_uid', '=', filter.mailboxUid!))
    .$if(filter.clientId !== undefined, (query) => query.where('client_id', '=', filter.clientId!));
  const rows = await onNewestFirstPage(mine.selectAll(), page).execute();
  const { total } = await mine.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { requests: rows.map(fromRow), total: Number(total) };
};

export type Move = {
  status: ConsentStatus;
  statusText: string;
  statusReason: string | null;
  reasonCode: ConsentReason | null;
  attempts: number;
  /** When a worker takes it up; null: none does. */
  dueAt: Date | null;
  /** Whether the worker that has it keeps it. */
  keepsLease: boolean;
  completedAt: Date | null;
};

export const requestMove = async (tx: Tx, uid: string, move: Move, now: Date): Promise<ConsentRequest> => {
  const row = await tx
    .updateTable('consent_request')
    .set({
      status: move.status,
      status_text: move.statusText,
      status_reason: move.statusReason,
      reason_code: move.reasonCode,
      attempts: move.attempts,
      due_at: move.dueAt,
      ...(move.keepsLease ? {} : { leased_by: null, leased_until: null }),
      completed_at: move.completedAt,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
};

/** Leases requests that are due, of each mailbox one at a time: two would use up each other's one-time codes. */
export const requestsClaim = async (
  db: Db,
  worker: { uid: string; leaseMs: number },
  now: Date,
  free: number,
): Promise<ConsentRequest[]> => {
  const leasedUntil = new Date(now.getTime() + worker.leaseMs);
  const { rows } = await sql<Selectable<ConsentRequestTable>>`
    with ranked as (
      select uid, due_at, row_number() over (partition by mailbox_uid order by due_at, uid) as place
      from consent_request due
      where due_at <= ${now} and (leased_until is null or leased_until < ${now})
        and not exists (
          select from consent_request busy
          where busy.mailbox_uid = due.mailbox_uid and busy.uid <> due.uid and busy.leased_until >= ${now}
        )
    ), mine as (
      select uid from consent_request
      where uid in (select uid from ranked where place = 1 order by due_at, uid limit ${free})
        and due_at <= ${now} and (leased_until is null or leased_until < ${now})
      for update skip locked
    )
    update consent_request set leased_by = ${worker.uid}, leased_until = ${leasedUntil}
    where uid in (select uid from mine)
    returning *`.execute(db);
  return rows.map(fromRow);
};

/** Whether the request is still this worker's. */
export const requestIsLeased = async (db: Db, uid: string, workerUid: string): Promise<boolean> =>
  (await db
    .selectFrom('consent_request')
    .select('uid')
    .where('uid', '=', uid)
    .where('leased_by', '=', workerUid)
    .executeTakeFirst()) !== undefined;

/** What a worker that ends has not finished is due at once. */
export const requestsRelease = async (db: Db, workerUid: string): Promise<void> => {
  await db
    .updateTable('consent_request')
    .set({ leased_by: null, leased_until: null })
    .where('leased_by', '=', workerUid)
    .execute();
};
