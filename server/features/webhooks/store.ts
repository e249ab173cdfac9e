// Every statement on webhook_endpoint.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { WebhookEndpoint as EndpointTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { Format, WebhookEndpoint } from './webhook.ts';

const fromRow = (row: Selectable<EndpointTable>): WebhookEndpoint => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  ofWorkspaceSettings: row.of_workspace_settings,
  url: row.url,
  description: row.description,
  format: row.format as Format,
  eventTypes: row.event_types,
  includeSecrets: row.include_secrets,
  keyUid: row.key_uid,
  previousSecretUntil: row.previous_secret_until,
  status: row.status as WebhookEndpoint['status'],
  disabledReason: row.disabled_reason,
  failingSince: row.failing_since,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const endpointInsert = async (
  tx: Tx,
  endpoint: WebhookEndpoint & { secretSealed: string },
): Promise<void> => {
  await tx
    .insertInto('webhook_endpoint')
    .values({
      uid: endpoint.uid,
      team_uid: endpoint.teamUid,
      workspace_uid: endpoint.workspaceUid,
      of_workspace_settings: endpoint.ofWorkspaceSettings,
      url: endpoint.url,
      description: endpoint.description,
      format: endpoint.format,
      event_types: endpoint.eventTypes,
      include_secrets: endpoint.includeSecrets,
      key_uid: endpoint.keyUid,
      secret_sealed: endpoint.secretSealed,
      status: endpoint.status,
      created_at: endpoint.createdAt,
      updated_at: endpoint.updatedAt,
    })
    .execute();
};

export const endpointCount = async (db: Db, teamUid: string): Promise<number> => {
  const { count } = await db
    .selectFrom('webhook_endpoint')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
  return count;
};

export const endpointList = async (
  db: Db,
  { teamUid, workspaceUid }: { teamUid: string; workspaceUid?: string },
  page: NewestFirstPage,
): Promise<{ endpoints: WebhookEndpoint[]; total: number }> => {
  const ofTeam = db
    .selectFrom('webhook_endpoint')
    .where('team_uid', '=', teamUid)
    .$if(workspaceUid !== undefined, (query) => query.where('workspace_uid', '=', workspaceUid!));
  const rows = await onNewestFirstPage(ofTeam.selectAll(), page).execute();
  const { total } = await ofTeam
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { endpoints: rows.map(fromRow), total };
};

export const endpointByUid = async (
  db: Db,
  teamUid: string,
  uid: string,
): Promise<WebhookEndpoint | null> => {
  const row = await db
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .where('uid', '=', uid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Locked until the transaction ends: whoever hands out, settles or changes deliveries of it waits. */
export const endpointLock = async (
  tx: Tx,
  uid: string,
): Promise<(WebhookEndpoint & { unavailableTimes: number }) | null> => {
  const row = await tx
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('uid', '=', uid)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ? { ...fromRow(row), unavailableTimes: row.unavailable_times } : null;
};

export const endpointOfSettingsLock = async (
  tx: Tx,
  workspaceUid: string,
): Promise<WebhookEndpoint | null> => {
  const row = await tx
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('of_workspace_settings', '=', true)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** The enabled endpoints of these teams, locked in one order, so that those who lock several never wait in a ring. */
export const endpointsToTellLock = async (tx: Tx, teamUids: string[]): Promise<WebhookEndpoint[]> => {
  const rows = await tx
    .selectFrom('webhook_endpoint')
    .selectAll()
    .where('team_uid', 'in', teamUids)
    .where('status', '=', 'enabled')
    .orderBy('uid')
    .forNoKeyUpdate()
    .execute();
  return rows.map(fromRow);
};

export type EndpointChange = Partial<
  Pick<
    WebhookEndpoint,
    | 'url'
    | 'description'
    | 'format'
    | 'eventTypes'
    | 'includeSecrets'
    | 'keyUid'
    | 'status'
    | 'disabledReason'
    | 'failingSince'
  > & { unavailableTimes: number; holdUntil: Date | null }
>;

export const endpointUpdate = async (
  tx: Tx,
  uid: string,
  change: EndpointChange,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('webhook_endpoint')
    .set({
      url: change.url,
      description: change.description,
      format: change.format,
      event_types: change.eventTypes,
      include_secrets: change.includeSecrets,
      key_uid: change.keyUid,
      status: change.status,
      disabled_reason: change.disabledReason,
      failing_since: change.failingSince,
      unavailable_times: change.unavailableTimes,
      hold_until: change.holdUntil,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

/** The secret so far goes on signing beside the new one until `previousUntil`. */
export const endpointSecretRotate = async (
  tx: Tx,
  uid: string,
  { secretSealed, previousUntil, now }: { secretSealed: string; previousUntil: Date; now: Date },
): Promise<void> => {
  await tx
    .updateTable('webhook_endpoint')
    .set((set) => ({
      previous_secret_sealed: set.ref('secret_sealed'),
      previous_secret_until: previousUntil,
      secret_sealed: secretSealed,
      updated_at: now,
    }))
    .where('uid', '=', uid)
    .execute();
};

export const endpointDelete = async (tx: Tx, uid: string): Promise<void> => {
  await tx.deleteFrom('webhook_endpoint').where('uid', '=', uid).execute();
};

export const endpointsOfWorkspaceDelete = async (tx: Tx, workspaceUid: string): Promise<void> => {
  await tx.deleteFrom('webhook_endpoint').where('workspace_uid', '=', workspaceUid).execute();
};

export type EndpointToSend = WebhookEndpoint & {
  /** Sealed; the newest first, the one before only while it is valid. */
  secretsSealed: string[];
};

export const endpointsToSend = async (
  db: Db,
  uids: string[],
  now: Date,
): Promise<Map<string, EndpointToSend>> => {
  if (uids.length === 0) return new Map();
  const rows = await db.selectFrom('webhook_endpoint').selectAll().where('uid', 'in', uids).execute();
  return new Map(
    rows.map((row) => {
      const previous = row.previous_secret_until && row.previous_secret_until > now;
      const secretsSealed = [row.secret_sealed, ...(previous ? [row.previous_secret_sealed!] : [])];
      return [row.uid, { ...fromRow(row), secretsSealed }];
    }),
  );
};
