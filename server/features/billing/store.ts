// Every statement on the ledger, charges and subscriptions.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Charge, ChargeStatus, ChargeSubject, PaidWith } from './charge.ts';

export type AccountKind = 'wallet' | 'reserved' | 'revenue' | 'funding';
const ACCOUNT_KINDS: readonly AccountKind[] = ['wallet', 'reserved', 'revenue', 'funding'];

export const accountsInsert = async (tx: Tx, teamUid: string): Promise<void> => {
  await tx
    .insertInto('ledger_account')
    .values(ACCOUNT_KINDS.map((kind) => ({ uid: newId(), team_uid: teamUid, kind })))
    .execute();
};

export const accountUids = async (db: Db, teamUid: string): Promise<Record<AccountKind, string>> => {
  const rows = await db
    .selectFrom('ledger_account')
    .select(['kind', 'uid'])
    .where('team_uid', '=', teamUid)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.kind, row.uid])) as Record<AccountKind, string>;
};

/** Whoever spends holds this lock until commit: two purchases never count the same credits or seats. */
export const fundsLock = async (tx: Tx, teamUid: string): Promise<void> => {
  await tx
    .selectFrom('ledger_account')
    .select('uid')
    .where('team_uid', '=', teamUid)
    .where('kind', '=', 'wallet')
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
};

export const balances = async (db: Db, teamUid: string): Promise<Record<AccountKind, number>> => {
  const rows = await db
    .selectFrom('ledger_account as account')
    .leftJoin('ledger_entry as entry', 'entry.account_uid', 'account.uid')
    .select((eb) => [
      'account.kind',
      eb.fn.coalesce(eb.fn.sum<string>('entry.amount_micros'), sql`0`).as('sum'),
    ])
    .where('account.team_uid', '=', teamUid)
    .groupBy('account.kind')
    .execute();
  const result: Record<AccountKind, number> = { wallet: 0, reserved: 0, revenue: 0, funding: 0 };
  for (const row of rows) result[row.kind as AccountKind] = Number(row.sum);
  return result;
};

export type Booking = {
  teamUid: string;
  kind: 'funding' | 'reserve' | 'capture' | 'release' | 'refund';
  idempotencyKey: string;
  from: AccountKind;
  to: AccountKind;
  amountMicros: number;
  description: string;
  reference: { type: string; uid: string };
  workspaceUid: string | null;
  at: Date;
};

/** Books one balanced transaction; answers false, and books nothing, when the key was booked before. */
export const transactionInsert = async (tx: Tx, booking: Booking): Promise<boolean> => {
  const uid = newId();
  const inserted = await tx
    .insertInto('ledger_transaction')
    .values({
      uid,
      team_uid: booking.teamUid,
      kind: booking.kind,
      idempotency_key: booking.idempotencyKey,
      description: booking.description,
      reference_type: booking.reference.type,
      reference_uid: booking.reference.uid,
      workspace_uid: booking.workspaceUid,
      created_at: booking.at,
    })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .returning('uid')
    .executeTakeFirst();
  if (!inserted) return false;
  const accounts = await accountUids(tx, booking.teamUid);
  await tx
    .insertInto('ledger_entry')
    .values([
      { transaction_uid: uid, account_uid: accounts[booking.from], amount_micros: -booking.amountMicros },
      { transaction_uid: uid, account_uid: accounts[booking.to], amount_micros: booking.amountMicros },
    ])
    .execute();
  return true;
};

/** Movements of the wallet, newest first, each with the balance after it. */
export const walletMovements = async (db: Db, teamUid: string, page: { limit: number; offset: number }) => {
  const movements = db
    .selectFrom('ledger_entry as entry')
    .innerJoin('ledger_account as account', 'account.uid', 'entry.account_uid')
    .innerJoin('ledger_transaction as booked', 'booked.uid', 'entry.transaction_uid')
    .where('account.team_uid', '=', teamUid)
    .where('account.kind', '=', 'wallet');
  const [rows, counted] = await Promise.all([
    movements
      .select((eb) => [
        'booked.uid',
        'booked.kind',
        'booked.description',
        'booked.reference_type',
        'booked.reference_uid',
        'booked.workspace_uid',
        'booked.created_at',
        'entry.amount_micros',
        eb.fn
          .sum<string>('entry.amount_micros')
          .over((over) => over.orderBy('booked.seq'))
          .as('balance_after'),
      ])
      .orderBy('booked.seq', 'desc')
      .limit(page.limit)
      .offset(page.offset)
      .execute(),
    movements.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { rows, total: Number(counted.total) };
};

/** Transactions that do not sum to zero, over the team's whole history; the database forbids them. */
export const unbalancedTransactions = async (db: Db, teamUid: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('ledger_transaction as booked')
    .leftJoin('ledger_entry as entry', 'entry.transaction_uid', 'booked.uid')
    .select('booked.uid')
    .where('booked.team_uid', '=', teamUid)
    .groupBy('booked.uid')
    .having((eb) =>
      eb.or([
        eb(eb.fn.coalesce(eb.fn.sum<number>('entry.amount_micros'), sql<number>`0`), '<>', 0),
        eb(eb.fn.count<number>('entry.id'), '<', 2),
      ]),
    )
    .execute();
  return rows.map((row) => row.uid);
};

export const transactionCount = async (db: Db, teamUid: string): Promise<number> => {
  const row = await db
    .selectFrom('ledger_transaction')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
  return Number(row.total);
};

/** Sum of the charges in a state that wallet money stands behind. */
export const chargedMicros = async (db: Db, teamUid: string, status: ChargeStatus): Promise<number> => {
  const row = await db
    .selectFrom('charge')
    .select((eb) => eb.fn.sum<string>('amount_micros').as('sum'))
    .where('team_uid', '=', teamUid)
    .where('status', '=', status)
    .executeTakeFirstOrThrow();
  return Number(row.sum ?? 0);
};

export const chargesInsert = async (
  tx: Tx,
  charges: Charge[],
  priceVersion: string,
  at: Date,
): Promise<void> => {
  if (charges.length === 0) return;
  await tx
    .insertInto('charge')
    .values(
      charges.map((charge) => ({
        uid: charge.uid,
        team_uid: charge.teamUid,
        workspace_uid: charge.workspaceUid,
        subject_type: charge.subject.type,
        subject_uid: charge.subject.uid,
        purpose: charge.purpose,
        description: charge.description,
        amount_micros: charge.amountMicros,
        paid_with: charge.paidWith,
        price_version: priceVersion,
        status: charge.status,
        created_at: at,
        updated_at: at,
      })),
    )
    .execute();
};

/** The charges of a thing, locked until the transaction ends. */
export const chargesLock = async (tx: Tx, subject: ChargeSubject): Promise<Charge[]> => {
  const rows = await tx
    .selectFrom('charge')
    .selectAll()
    .where('subject_type', '=', subject.type)
    .where('subject_uid', '=', subject.uid)
    .orderBy('uid')
    .forUpdate()
    .execute();
  return rows.map((row) => ({
    uid: row.uid,
    teamUid: row.team_uid,
    workspaceUid: row.workspace_uid,
    subject,
    purpose: row.purpose as Charge['purpose'],
    description: row.description,
    amountMicros: row.amount_micros,
    paidWith: row.paid_with as PaidWith,
    status: row.status as ChargeStatus,
  }));
};

export const chargeSetStatus = async (tx: Tx, uid: string, status: ChargeStatus, at: Date): Promise<void> => {
  await tx.updateTable('charge').set({ status, updated_at: at }).where('uid', '=', uid).execute();
};

export const seatsUsed = async (db: Db, teamUid: string): Promise<number> => {
  const row = await db
    .selectFrom('charge')
    .select((eb) => eb.fn.countAll<number>().as('used'))
    .where('team_uid', '=', teamUid)
    .where('paid_with', '=', 'included_seat')
    .where('status', 'in', ['reserved', 'captured'])
    .executeTakeFirstOrThrow();
  return Number(row.used);
};

export const subscriptionInsert = async (
  tx: Tx,
  subscription: { teamUid: string; plan: string; start: Date; end: Date },
): Promise<void> => {
  await tx
    .insertInto('subscription')
    .values({
      team_uid: subscription.teamUid,
      plan: subscription.plan,
      cycle: 'monthly',
      status: 'active',
      current_period_start: subscription.start,
      current_period_end: subscription.end,
    })
    .execute();
};

export const subscriptionOf = (db: Db, teamUid: string) =>
  db
    .selectFrom('subscription')
    .select(['plan', 'cycle', 'status', 'current_period_end'])
    .where('team_uid', '=', teamUid)
    .executeTakeFirstOrThrow();
