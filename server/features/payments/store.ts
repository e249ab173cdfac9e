// Every statement on payment and payment_customer.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { Payment } from './payment.ts';
import type { PaymentTable } from './row.ts';
import { fromRow, toRow } from './row.ts';

export const customerIdOf = async (db: Db, teamUid: string, vendor: string): Promise<string | null> => {
  const row = await db
    .selectFrom('payment_customer')
    .select('customer_id')
    .where('team_uid', '=', teamUid)
    .where('vendor', '=', vendor)
    .executeTakeFirst();
  return row?.customer_id ?? null;
};

export const customerInsert = async (
  tx: Tx,
  customer: { teamUid: string; vendor: string; customerId: string },
): Promise<void> => {
  await tx
    .insertInto('payment_customer')
    .values({ team_uid: customer.teamUid, vendor: customer.vendor, customer_id: customer.customerId })
    .onConflict((on) => on.columns(['team_uid', 'vendor']).doNothing())
    .execute();
};

/** Answers false when the payment was written before. */
export const paymentInsert = async (tx: Tx, payment: Payment): Promise<boolean> => {
  const inserted = await tx
    .insertInto('payment')
    .values(toRow(payment))
    .onConflict((on) => on.column('uid').doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

export const paymentByUid = async (db: Db, uid: string): Promise<Payment | null> => {
  const row = await db.selectFrom('payment').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const paymentLock = async (tx: Tx, uid: string): Promise<Payment | null> => {
  const row = await tx
    .selectFrom('payment')
    .selectAll()
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Writes everything about the payment that changes; it is locked. */
export const paymentUpdate = async (tx: Tx, payment: Payment): Promise<void> => {
  const { uid, ...row } = toRow(payment);
  await tx.updateTable('payment').set(row).where('uid', '=', uid).execute();
};

/** Payments whose vendor is to be asked, the longest due first. */
export const paymentsToAsk = async (db: Db, now: Date, limit: number): Promise<string[]> => {
  const rows = await db
    .selectFrom('payment')
    .select('uid')
    .where('ask_at', '<=', now)
    .orderBy('ask_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.uid);
};

/** Puts the next question off, so that one that cannot be answered does not stand in front of the others. */
export const paymentAskLater = async (db: Db, uid: string, askAt: Date): Promise<void> => {
  await db.updateTable('payment').set({ ask_at: askAt }).where('uid', '=', uid).execute();
};

/** Cents topped up since `since`, and those that are under way. */
export const toppedUpSince = async (db: Db, teamUid: string, since: Date): Promise<number> => {
  const row = await db
    .selectFrom('payment')
    .select(sql<string>`coalesce(sum(amount_cents), 0)`.as('sum'))
    .where('team_uid', '=', teamUid)
    .where('kind', '=', 'top_up')
    .where('status', 'in', ['succeeded', 'processing', 'held'])
    .where('created_at', '>=', since)
    .executeTakeFirstOrThrow();
  return Number(row.sum);
};

export const paymentPage = async (
  db: Db,
  teamUid: string,
  filter: { status?: string[]; sessionId?: string },
  page: NewestFirstPage,
): Promise<{ payments: Payment[]; total: number }> => {
  const own = db
    .selectFrom('payment')
    .where('team_uid', '=', teamUid)
    .$if(filter.status !== undefined, (query) => query.where('status', 'in', filter.status!))
    .$if(filter.sessionId !== undefined, (query) => query.where('session_id', '=', filter.sessionId!));
  const rows: PaymentTable[] = await onNewestFirstPage(own.selectAll(), page).execute();
  const counted = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { payments: rows.map(fromRow), total: Number(counted.total) };
};
