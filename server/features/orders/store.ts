// Every statement on purchase_order, order_domain and order_mailbox.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { PurchaseOrder } from '../../../database/types.ts';
import { newId } from '../../../database/uuid.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { Order, OrderConsent, OrderDomain, OrderStatus } from './order.ts';

const fromRow = (row: Selectable<PurchaseOrder>): Order => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  status: row.status as OrderStatus,
  keyUid: row.key_uid,
  totalMicros: row.total_micros,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  finishedAt: row.finished_at,
  runs: row.runs,
});

export const orderInsert = async (
  tx: Tx,
  order: Order,
  domains: { domainUid: string; name: string; consentUrl: string | null; mailboxUids: string[] }[],
): Promise<void> => {
  await tx
    .insertInto('purchase_order')
    .values({
      uid: order.uid,
      team_uid: order.teamUid,
      workspace_uid: order.workspaceUid,
      status: order.status,
      key_uid: order.keyUid,
      total_micros: order.totalMicros,
      created_at: order.createdAt,
      updated_at: order.updatedAt,
    })
    .execute();
  const lines = domains.map((domain, position) => ({ ...domain, uid: newId(), position }));
  await tx
    .insertInto('order_domain')
    .values(
      lines.map(({ uid, domainUid, name, consentUrl, position }) => ({
        uid,
        order_uid: order.uid,
        position,
        domain_uid: domainUid,
        name,
        consent_url: consentUrl,
      })),
    )
    .execute();
  const mailboxes = lines.flatMap(({ uid, mailboxUids }) =>
    mailboxUids.map((mailboxUid, position) => ({
      order_domain_uid: uid,
      position,
      mailbox_uid: mailboxUid,
    })),
  );
  if (mailboxes.length > 0) await tx.insertInto('order_mailbox').values(mailboxes).execute();
};

export const orderByUid = async (db: Db, uid: string): Promise<Order | null> => {
  const row = await db.selectFrom('purchase_order').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const orderLock = async (tx: Tx, uid: string): Promise<Order | null> => {
  const row = await tx
    .selectFrom('purchase_order')
    .selectAll()
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const orderUpdate = async (
  tx: Tx,
  uid: string,
  change: { status: OrderStatus; totalMicros?: number; finishedAt?: Date },
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('purchase_order')
    .set({
      status: change.status,
      total_micros: change.totalMicros,
      finished_at: change.finishedAt,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

/** Orders that have waited for funds since before `since`. */
export const ordersWaitingSince = async (db: Db, since: Date): Promise<string[]> => {
  const rows = await db
    .selectFrom('purchase_order')
    .select('uid')
    .where('status', '=', 'waiting_for_funds')
    .where('created_at', '<', since)
    .execute();
  return rows.map((row) => row.uid);
};

/** The lines of some orders, each with its mailboxes, in the order they were asked for. */
export const ordersWaitingIn = async (db: Db, workspaceUid: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('purchase_order')
    .select('uid')
    .where('workspace_uid', '=', workspaceUid)
    .where('status', '=', 'waiting_for_funds')
    .execute();
  return rows.map(({ uid }) => uid);
};

export const orderLines = async (db: Db, orderUids: string[]): Promise<Map<string, OrderDomain[]>> => {
  if (orderUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('order_domain as line')
    .leftJoin('order_mailbox as box', 'box.order_domain_uid', 'line.uid')
    .select(['line.order_uid', 'line.uid', 'line.domain_uid', 'line.name', 'line.run', 'line.consent_url'])
    .select(['box.mailbox_uid', 'box.consent_request_uid', 'box.consent_refused'])
    .where('line.order_uid', 'in', orderUids)
    .orderBy('line.order_uid')
    .orderBy('line.position')
    .orderBy('box.position')
    .execute();
  const orders = new Map<string, OrderDomain[]>();
  for (const row of rows) {
    const lines = orders.get(row.order_uid) ?? [];
    orders.set(row.order_uid, lines);
    let line = lines.at(-1);
    if (line?.uid !== row.uid) {
      line = {
        uid: row.uid,
        domainUid: row.domain_uid,
        name: row.name,
        run: row.run,
        mailboxUids: [],
        consentUrl: row.consent_url,
        consents: new Map(),
      };
      lines.push(line);
    }
    if (!row.mailbox_uid) continue;
    line.mailboxUids.push(row.mailbox_uid);
    const { consent_request_uid: requestUid, consent_refused: refused } = row;
    if (requestUid ?? refused) line.consents.set(row.mailbox_uid, { requestUid, refused });
  }
  return orders;
};

/** Notes that the consent request of a mailbox was begun, or why it was not. */
export const orderConsentSet = async (
  tx: Tx,
  lineUid: string,
  mailboxUid: string,
  { requestUid, refused }: OrderConsent,
): Promise<void> => {
  await tx
    .updateTable('order_mailbox')
    .set({ consent_request_uid: requestUid, consent_refused: refused })
    .where('order_domain_uid', '=', lineUid)
    .where('mailbox_uid', '=', mailboxUid)
    .execute();
};

/** The order that a line is of. */
export const orderOfLine = async (db: Db, lineUid: string): Promise<Order | null> => {
  const row = await db
    .selectFrom('purchase_order')
    .innerJoin('order_domain as line', 'line.order_uid', 'purchase_order.uid')
    .selectAll('purchase_order')
    .where('line.uid', '=', lineUid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** The line, locked until the transaction ends. */
export const orderLineLock = async (tx: Tx, uid: string): Promise<OrderDomain | null> => {
  const row = await tx
    .selectFrom('order_domain')
    .select('order_uid')
    .where('uid', '=', uid)
    .forNoKeyUpdate()
    .executeTakeFirst();
  const lines = row ? (await orderLines(tx, [row.order_uid])).get(row.order_uid) : undefined;
  return lines?.find((line) => line.uid === uid) ?? null;
};

/** Puts what is bought anew into the places of what failed, and has the order go on. */
export const orderRetry = async (
  tx: Tx,
  uid: string,
  run: number,
  lines: readonly { uid: string; domainUid: string; mailboxes: { old: string; fresh: string }[] }[],
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('purchase_order')
    .set({ status: 'queued', finished_at: null, runs: run, updated_at: now })
    .where('uid', '=', uid)
    .execute();
  for (const line of lines) {
    await tx
      .updateTable('order_domain')
      .set({ domain_uid: line.domainUid, run })
      .where('uid', '=', line.uid)
      .execute();
    for (const { old, fresh } of line.mailboxes) {
      await tx
        .updateTable('order_mailbox')
        .set({ mailbox_uid: fresh })
        .where('order_domain_uid', '=', line.uid)
        .where('mailbox_uid', '=', old)
        .execute();
    }
  }
};

export type OrderFilter = { status?: OrderStatus; from?: Date; until?: Date; domain?: string };

/** Newest first. */
export const orderPage = async (
  db: Db,
  workspaceUid: string,
  filter: OrderFilter,
  page: NewestFirstPage,
): Promise<{ orders: Order[]; total: number }> => {
  const own = db
    .selectFrom('purchase_order')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status !== undefined, (query) => query.where('status', '=', filter.status!))
    .$if(filter.from !== undefined, (query) => query.where('created_at', '>=', filter.from!))
    .$if(filter.until !== undefined, (query) => query.where('created_at', '<', filter.until!))
    .$if(filter.domain !== undefined, (query) =>
      query.where((eb) =>
        eb.exists(
          eb
            .selectFrom('order_domain')
            .select('order_domain.uid')
            .whereRef('order_domain.order_uid', '=', 'purchase_order.uid')
            .where('order_domain.name', '=', filter.domain!),
        ),
      ),
    );
  const rows = await onNewestFirstPage(own.selectAll(), page).execute();
  const counted = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { orders: rows.map(fromRow), total: Number(counted.total) };
};
