// Every statement on prewarm_stock, prewarm_order and what belongs to them, but for the searches (search-store.ts).
import { type Selectable, sql } from 'kysely';
import { type Db, type Tx, violatedUnique } from '../../../database/database.ts';
import type { PrewarmStock as StockTable } from '../../../database/types.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { PrewarmOrder, Sale, SaleStatus } from './sale.ts';
import type { Stock, StockMailbox, StockStatus } from './stock.ts';

export const stockFromRow = (row: Selectable<StockTable>, mailboxes: StockMailbox[]): Stock => ({
  uid: row.uid,
  teamUid: row.team_uid,
  domainUid: row.domain_uid,
  domainName: row.domain_name,
  platform: row.platform as Platform,
  warmedSince: row.warmed_since,
  score: row.score,
  domainPriceMicros: row.domain_price_micros,
  mailboxPriceMicros: row.mailbox_price_micros,
  status: row.status as StockStatus,
  statusReason: row.status_reason,
  mailboxes,
  createdAt: row.created_at,
});

export const withMailboxes = async (db: Db, rows: Selectable<StockTable>[]): Promise<Stock[]> => {
  const boxes = await db
    .selectFrom('prewarm_stock_mailbox')
    .selectAll()
    .where('stock_uid', '=', sql<string>`any(${rows.map(({ uid }) => uid)}::uuid[])`)
    .orderBy('position')
    .execute();
  const byStock = Map.groupBy(boxes, ({ stock_uid }) => stock_uid);
  return rows.map((row) =>
    stockFromRow(
      row,
      (byStock.get(row.uid) ?? []).map((box) => ({
        mailboxUid: box.mailbox_uid,
        username: box.username,
        firstName: box.first_name,
        lastName: box.last_name,
      })),
    ),
  );
};

/** False when the domain is in stock already. */
export const stockInsert = async (tx: Tx, stock: Stock): Promise<boolean> => {
  const inserted = await tx
    .insertInto('prewarm_stock')
    .values({
      uid: stock.uid,
      team_uid: stock.teamUid,
      domain_uid: stock.domainUid,
      domain_name: stock.domainName,
      platform: stock.platform,
      warmed_since: stock.warmedSince,
      score: stock.score,
      domain_price_micros: stock.domainPriceMicros,
      mailbox_price_micros: stock.mailboxPriceMicros,
      status: stock.status,
      created_at: stock.createdAt,
      updated_at: stock.createdAt,
    })
    .onConflict((conflict) =>
      conflict.column('domain_uid').where('status', 'in', ['for_sale', 'reserved']).doNothing(),
    )
    .returning('uid')
    .executeTakeFirst();
  if (!inserted) return false;
  await tx
    .insertInto('prewarm_stock_mailbox')
    .values(
      stock.mailboxes.map((box, position) => ({
        mailbox_uid: box.mailboxUid,
        stock_uid: stock.uid,
        position,
        username: box.username,
        first_name: box.firstName,
        last_name: box.lastName,
      })),
    )
    .execute();
  return true;
};

export type StockChange = Partial<
  Pick<
    Stock,
    'warmedSince' | 'score' | 'domainPriceMicros' | 'mailboxPriceMicros' | 'status' | 'statusReason'
  >
>;

export const stockUpdate = async (tx: Tx, uid: string, change: StockChange, now: Date): Promise<void> => {
  await tx
    .updateTable('prewarm_stock')
    .set({
      warmed_since: change.warmedSince,
      score: change.score,
      domain_price_micros: change.domainPriceMicros,
      mailbox_price_micros: change.mailboxPriceMicros,
      status: change.status,
      status_reason: change.statusReason,
      updated_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};

/** Locked until the transaction ends. */
export const stockLock = async (tx: Tx, uid: string): Promise<Stock | null> => {
  const row = await tx
    .selectFrom('prewarm_stock')
    .selectAll()
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? (await withMailboxes(tx, [row]))[0]! : null;
};

/** What is for sale under these ids or names. */
export const stockForSale = async (
  db: Db,
  which: { uids: readonly string[]; names: readonly string[] },
): Promise<Stock[]> => {
  const rows = await db
    .selectFrom('prewarm_stock')
    .selectAll()
    .where('status', '=', 'for_sale')
    .where((eb) =>
      eb.or([
        eb('uid', '=', sql<string>`any(${[...which.uids]}::uuid[])`),
        eb('domain_name', '=', sql<string>`any(${[...which.names]}::text[])`),
      ]),
    )
    .execute();
  return withMailboxes(db, rows);
};

/** Newest first, whatever became of it. */
export const stockPage = async (
  db: Db,
  status: StockStatus | undefined,
  page: { limit: number; offset: number },
): Promise<{ stock: Stock[]; total: number }> => {
  const all = db
    .selectFrom('prewarm_stock')
    .$if(status !== undefined, (query) => query.where('status', '=', status!));
  const rows = await all
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const { total } = await all.select((eb) => eb.fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  return { stock: await withMailboxes(db, rows), total: Number(total) };
};

/** False when somebody has bought one of the domains a moment before; nothing of use is written then. */
export const orderInsert = async (tx: Tx, order: PrewarmOrder, sales: readonly Sale[]): Promise<boolean> => {
  await tx
    .insertInto('prewarm_order')
    .values({
      uid: order.uid,
      team_uid: order.teamUid,
      workspace_uid: order.workspaceUid,
      key_uid: order.keyUid,
      payment_uid: order.paymentUid,
      sequencer_uid: order.sequencerUid,
      keep_warming: order.keepWarming,
      price_version: order.priceVersion,
      created_at: order.createdAt,
    })
    .execute();
  try {
    await tx
      .insertInto('prewarm_sale')
      .values(
        sales.map((sale, position) => ({
          uid: sale.uid,
          order_uid: order.uid,
          position,
          stock_uid: sale.stockUid,
          status: sale.status,
          domain_price_micros: sale.domainPriceMicros,
          updated_at: order.createdAt,
        })),
      )
      .execute();
  } catch (error) {
    if (violatedUnique(error) === 'prewarm_sale_one_buyer') return false;
    throw error;
  }
  await tx
    .insertInto('prewarm_sale_mailbox')
    .values(
      sales.flatMap((sale) =>
        sale.mailboxes.map((box, position) => ({
          mailbox_uid: box.uid,
          sale_uid: sale.uid,
          position,
          username: box.username,
          first_name: box.firstName,
          last_name: box.lastName,
          profile_picture: box.profilePicture,
          price_micros: box.priceMicros,
        })),
      ),
    )
    .execute();
  return true;
};

const orders = (db: Db) =>
  db
    .selectFrom('prewarm_order')
    .select([
      'uid',
      'team_uid as teamUid',
      'workspace_uid as workspaceUid',
      'key_uid as keyUid',
      'payment_uid as paymentUid',
      'sequencer_uid as sequencerUid',
      'keep_warming as keepWarming',
      'price_version as priceVersion',
      'created_at as createdAt',
    ]);

export const orderByUid = async (db: Db, uid: string): Promise<PrewarmOrder | null> =>
  (await orders(db).where('uid', '=', uid).executeTakeFirst()) ?? null;

export const orderByPayment = async (db: Db, paymentUid: string): Promise<PrewarmOrder | null> =>
  (await orders(db).where('payment_uid', '=', paymentUid).executeTakeFirst()) ?? null;

const sales = (db: Db) =>
  db
    .selectFrom('prewarm_sale as sale')
    .innerJoin('prewarm_stock as stock', 'stock.uid', 'sale.stock_uid')
    .select([
      'sale.uid',
      'sale.order_uid as orderUid',
      'sale.stock_uid as stockUid',
      'stock.domain_uid as domainUid',
      'stock.domain_name as domainName',
      'sale.status',
      'sale.reason',
      'sale.domain_price_micros as domainPriceMicros',
    ])
    .$narrowType<{ status: SaleStatus }>();

type SaleRow = Omit<Sale, 'mailboxes'>;

const withSoldMailboxes = async (db: Db, rows: SaleRow[]): Promise<Sale[]> => {
  const boxes = await db
    .selectFrom('prewarm_sale_mailbox')
    .select([
      'sale_uid',
      'mailbox_uid as uid',
      'username',
      'first_name as firstName',
      'last_name as lastName',
      'profile_picture as profilePicture',
      'price_micros as priceMicros',
    ])
    .where('sale_uid', '=', sql<string>`any(${rows.map(({ uid }) => uid)}::uuid[])`)
    .orderBy('position')
    .execute();
  const bySale = Map.groupBy(boxes, ({ sale_uid }) => sale_uid);
  return rows.map((row) => ({
    ...row,
    mailboxes: (bySale.get(row.uid) ?? []).map(({ sale_uid: _, ...box }) => box),
  }));
};

export const salesOfOrder = async (db: Db, orderUid: string): Promise<Sale[]> =>
  withSoldMailboxes(
    db,
    await sales(db).where('sale.order_uid', '=', orderUid).orderBy('sale.position').execute(),
  );

export const saleByUid = async (db: Db, uid: string): Promise<Sale | null> => {
  const row = await sales(db).where('sale.uid', '=', uid).executeTakeFirst();
  return row ? (await withSoldMailboxes(db, [row]))[0]! : null;
};

/** Locked until the transaction ends. */
export const saleLock = async (tx: Tx, uid: string): Promise<Sale | null> => {
  await tx.selectFrom('prewarm_sale').select('uid').where('uid', '=', uid).forUpdate().execute();
  return saleByUid(tx, uid);
};

export const saleUpdate = async (
  tx: Tx,
  uid: string,
  change: { status: SaleStatus; reason?: string },
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('prewarm_sale')
    .set({ ...change, updated_at: now })
    .where('uid', '=', uid)
    .execute();
};

/** The names of the domains that these charges were for. */
export const prewarmDomainsCharged = async (db: Db, subjectUids: string[]): Promise<Map<string, string>> => {
  const { rows } = await sql<{ uid: string; name: string }>`
    select sale.uid, stock.domain_name as name from prewarm_sale sale
    join prewarm_stock stock on stock.uid = sale.stock_uid where sale.uid = any(${subjectUids}::uuid[])
  `.execute(db);
  return new Map(rows.map(({ uid, name }) => [uid, name]));
};
