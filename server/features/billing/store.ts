// Every statement on the ledger and on charges.
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Charge as ChargeTable } from '../../../database/types.ts';
import { newId } from '../../../database/uuid.ts';
import type { Charge, ChargeStatus, ChargeSubject, PaidWith } from './charge.ts';

const ACCOUNT_KINDS = ['wallet', 'reserved', 'revenue', 'tax', 'funding', 'debt'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export const accountsInsert = async (tx: Tx, teamUid: string): Promise<void> => {
  await tx
    .insertInto('ledger_account')
    .values(ACCOUNT_KINDS.map((kind) => ({ uid: newId(), team_uid: teamUid, kind })))
    .execute();
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

/**
 * Like `fundsLock`, and waits for bookings under way and keeps new ones off until commit: for what must know that no
 * credits are arriving at this moment.
 */
export const fundsHold = async (tx: Tx, teamUid: string): Promise<void> => {
  await tx
    .selectFrom('ledger_account')
    .select('uid')
    .where('team_uid', '=', teamUid)
    .where('kind', '=', 'wallet')
    .forUpdate()
    .executeTakeFirstOrThrow();
};

/**
 * Condition on ledger_entry: those of the account after an entry. Compared as pairs, which leaves nothing but the
 * index on (account_uid, id), entered at the right place: by the primary key, a quiet team's few entries would be
 * looked for among everybody's, and with `account_uid =` beside it the whole account would be read.
 */
const entriesAfter = (account: RawBuilder<unknown>, throughEntryId: RawBuilder<unknown>) =>
  sql`(account_uid, id) > (${account}, coalesce(${throughEntryId}, 0))
    and (account_uid, id) <= (${account}, 9223372036854775807)`;

export type AccountState = { uid: string; balanceMicros: number; entries: number };

/** What `account` is joined with for its balance. */
const SUMS = sql`
  left join lateral (
    select * from ledger_balance_checkpoint
    where account_uid = account.uid order by through_entry_id desc limit 1
  ) closed on true
  cross join lateral (
    select sum(amount_micros) as sum, count(*) as entries from ledger_entry
    where ${entriesAfter(sql`account.uid`, sql`closed.through_entry_id`)}
  ) since`;
const BALANCE = sql`coalesce(closed.balance_micros, 0) + coalesce(since.sum, 0)`;

/** Balance and length of accounts: the last closing sum of each, and the entries after it. */
export const accountStates = async <Kind extends AccountKind>(
  db: Db,
  teamUid: string,
  kinds: readonly Kind[],
): Promise<Record<Kind, AccountState>> => {
  const { rows } = await sql<{ uid: string; kind: Kind; balance: string; entries: number }>`
    select account.uid, account.kind, ${BALANCE} as balance, coalesce(closed.entries, 0) + since.entries as entries
    from ledger_account account ${SUMS}
    where account.team_uid = ${teamUid} and account.kind = any(${kinds}::text[])
  `.execute(db);
  return Object.fromEntries(
    rows.map(({ uid, kind, balance, entries }) => [kind, { uid, balanceMicros: Number(balance), entries }]),
  ) as Record<Kind, AccountState>;
};

export const balances = async (db: Db, teamUid: string): Promise<Record<AccountKind, number>> => {
  const { wallet, reserved, revenue, tax, funding, debt } = await accountStates(db, teamUid, ACCOUNT_KINDS);
  return {
    wallet: wallet.balanceMicros,
    reserved: reserved.balanceMicros,
    revenue: revenue.balanceMicros,
    tax: tax.balanceMicros,
    funding: funding.balanceMicros,
    debt: debt.balanceMicros,
  };
};

export const walletBalance = async (db: Db, teamUid: string): Promise<number> =>
  (await accountStates(db, teamUid, ['wallet'])).wallet.balanceMicros;

/** What every purchase asks first, in one statement; the caller holds `fundsLock`. */
export const walletToSpend = async (
  tx: Tx,
  teamUid: string,
): Promise<{ balanceMicros: number; hasCaps: boolean }> => {
  const { rows } = await sql<{ balance: string; has_caps: boolean }>`
    select ${BALANCE} as balance, exists (select from spend_cap where team_uid = account.team_uid) as has_caps
    from ledger_account account ${SUMS}
    where account.team_uid = ${teamUid} and account.kind = 'wallet'
  `.execute(tx);
  const { balance, has_caps: hasCaps } = rows[0]!;
  return { balanceMicros: Number(balance), hasCaps };
};

/** The balances again, from the first entry on; takes as long as the history is. */
export const balancesFromFirstEntry = async (
  db: Db,
  teamUid: string,
): Promise<Record<AccountKind, number>> => {
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
  const result: Record<AccountKind, number> = {
    wallet: 0,
    reserved: 0,
    revenue: 0,
    tax: 0,
    funding: 0,
    debt: 0,
  };
  for (const row of rows) result[row.kind as AccountKind] = Number(row.sum);
  return result;
};

/** Accounts with at least so many entries since their last closing sum. */
export const accountsToClose = async (db: Db, entries: number): Promise<string[]> => {
  const { rows } = await sql<{ uid: string }>`
    select account.uid from ledger_account account
    left join lateral (
      select through_entry_id from ledger_balance_checkpoint
      where account_uid = account.uid order by through_entry_id desc limit 1
    ) closed on true
    where exists (
      select from ledger_entry where ${entriesAfter(sql`account.uid`, sql`closed.through_entry_id`)}
      offset ${entries - 1} limit 1
    )
  `.execute(db);
  return rows.map(({ uid }) => uid);
};

/** Keeps bookings off the account until the transaction ends; answers false, at once, when one is under way. */
export const accountHold = async (tx: Tx, accountUid: string): Promise<boolean> => {
  const held = await tx
    .selectFrom('ledger_account')
    .select('uid')
    .where('uid', '=', accountUid)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return held !== undefined;
};

/** Adds a closing sum through the account's last entry. The account is held (`accountHold`). */
export const checkpointInsert = async (
  tx: Tx,
  accountUid: string,
  entries: number,
  at: Date,
): Promise<void> => {
  await sql`
    with closed as (
      select * from ledger_balance_checkpoint
      where account_uid = ${accountUid} order by through_entry_id desc limit 1
    ), since as (
      select max(id) as through, count(*) as entries, sum(amount_micros) as sum from ledger_entry
      where ${entriesAfter(sql`${accountUid}::uuid`, sql`(select through_entry_id from closed)`)}
    )
    insert into ledger_balance_checkpoint (account_uid, through_entry_id, entries, balance_micros, created_at)
      select ${accountUid}, through, since.entries + coalesce(closed.entries, 0),
        sum + coalesce(closed.balance_micros, 0), ${at}
      from since left join closed on true where since.entries >= ${entries}
  `.execute(tx);
};

export type Booking = {
  teamUid: string;
  kind: 'funding' | 'reserve' | 'capture' | 'release' | 'refund' | 'reversal' | 'debt' | 'debt_paid';
  idempotencyKey: string;
  from: AccountKind;
  to: AccountKind;
  amountMicros: number;
  description: string;
  reference: { type: string; uid: string };
  workspaceUid: string | null;
  at: Date;
};

/** Whether one of these keys was booked. */
export const transactionBooked = async (tx: Tx, idempotencyKeys: string[]): Promise<boolean> => {
  const row = await tx
    .selectFrom('ledger_transaction')
    .select('uid')
    .where('idempotency_key', 'in', idempotencyKeys)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
};

/**
 * Books one balanced transaction; answers false, and books nothing, when the key was booked before. One statement,
 * because every purchase waits for it. Any number of bookings hold an account at once; its closing sum is only made
 * while none does (`accountHold`). They hold it before the entry gets its id, so that no entry can turn up behind a
 * closing sum that goes through a later one.
 */
export const transactionInsert = async (tx: Tx, booking: Booking): Promise<boolean> => {
  const { reference, amountMicros, from, to } = booking;
  const { rows } = await sql`
    with booked as (
      insert into ledger_transaction (uid, team_uid, kind, idempotency_key, description, reference_type, reference_uid,
        workspace_uid, created_at)
      values (${newId()}, ${booking.teamUid}, ${booking.kind}, ${booking.idempotencyKey}, ${booking.description},
        ${reference.type}, ${reference.uid}, ${booking.workspaceUid}, ${booking.at})
      on conflict (idempotency_key) do nothing returning uid, team_uid
    ), held as (
      select account.uid, account.kind, booked.uid as transaction_uid
      from booked join ledger_account account on account.team_uid = booked.team_uid
      where account.kind in (${from}, ${to}) for key share of account
    )
    insert into ledger_entry (transaction_uid, account_uid, amount_micros)
      select transaction_uid, uid, case kind when ${from} then ${-amountMicros}::bigint else ${amountMicros}::bigint end
      from held
    returning id
  `.execute(tx);
  return rows.length > 0;
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
  priceVersion: number,
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
        key_uid: charge.keyUid,
        status: charge.status,
        created_at: at,
        updated_at: at,
      })),
    )
    .execute();
};

const chargeFromRow = (row: Selectable<ChargeTable>, subject: ChargeSubject): Charge => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  keyUid: row.key_uid,
  subject,
  purpose: row.purpose as Charge['purpose'],
  description: row.description,
  amountMicros: row.amount_micros,
  paidWith: row.paid_with as PaidWith,
  status: row.status as ChargeStatus,
});

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
  return rows.map((row) => chargeFromRow(row, subject));
};

/** Marks what is reserved for a thing as captured, and answers those charges. */
export const chargesCapture = async (tx: Tx, subject: ChargeSubject, at: Date): Promise<Charge[]> => {
  const rows = await tx
    .updateTable('charge')
    .set({ status: 'captured', updated_at: at })
    .where('subject_type', '=', subject.type)
    .where('subject_uid', '=', subject.uid)
    .where('status', '=', 'reserved')
    .returningAll()
    .execute();
  return rows.map((row) => chargeFromRow(row, subject));
};

export const chargeSetStatus = async (tx: Tx, uid: string, status: ChargeStatus, at: Date): Promise<void> => {
  await tx.updateTable('charge').set({ status, updated_at: at }).where('uid', '=', uid).execute();
};
