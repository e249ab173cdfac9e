// The history of a wallet: every movement, newest first, with the balance after it.
import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../../../database/database.ts';
import { accountStates } from './store.ts';

/** One row of the wallet's history. */
export type WalletMovement = {
  /** Rises with time; the cursor. */
  id: number;
  uid: string;
  kind: string;
  description: string;
  reference_type: string;
  reference_uid: string;
  workspace_uid: string | null;
  created_at: Date;
  amount_micros: number;
  balance_after: number;
};

export type MovementFilter = {
  direction?: 'credit' | 'debit';
  kind?: string;
  /** What it was for: order, domain, mailbox, … */
  purpose?: string;
  workspaceUid?: string;
  from?: Date;
  until?: Date;
  keyword?: string;
};

export type MovementPage = {
  limit: number;
  offset: number;
  /** Only movements before this one. */
  beforeId: number | null;
};

const conditions = (filter: MovementFilter): RawBuilder<unknown>[] => {
  const asked: RawBuilder<unknown>[] = [];
  if (filter.direction === 'credit') asked.push(sql`entry.amount_micros > 0`);
  if (filter.direction === 'debit') asked.push(sql`entry.amount_micros < 0`);
  if (filter.kind) asked.push(sql`booked.kind = ${filter.kind}`);
  if (filter.purpose) asked.push(sql`booked.reference_type = ${filter.purpose}`);
  if (filter.workspaceUid) asked.push(sql`booked.workspace_uid = ${filter.workspaceUid}`);
  if (filter.from) asked.push(sql`booked.created_at >= ${filter.from}`);
  if (filter.until) asked.push(sql`booked.created_at < ${filter.until}`);
  if (filter.keyword) asked.push(sql`strpos(lower(booked.description), lower(${filter.keyword})) > 0`);
  return asked;
};

/**
 * Movements that fit, newest first. The balance after each is that of the wallet, whatever the filter leaves out: the
 * closing sum before it and the entries since, which is the same to read for the first movement as for the last.
 * `tx` sees one state throughout.
 */
export const walletMovements = async (
  tx: Tx,
  teamUid: string,
  filter: MovementFilter,
  page: MovementPage,
): Promise<{ rows: WalletMovement[]; total: number }> => {
  const { wallet } = await accountStates(tx, teamUid, ['wallet']);
  const asked = conditions(filter);
  const account = sql`${wallet.uid}::uuid`;
  const fitting = sql`
    from ledger_entry entry join ledger_transaction booked on booked.uid = entry.transaction_uid
    where entry.account_uid = ${account}
      ${asked.length > 0 ? sql`and ${sql.join(asked, sql` and `)}` : sql``}`;
  const { rows } = await sql<WalletMovement>`
    select page.*, (coalesce(closed.balance_micros, 0) + since.sum)::bigint as balance_after
    from (
      select entry.id, booked.uid, booked.kind, booked.description, booked.reference_type, booked.reference_uid,
        booked.workspace_uid, booked.created_at, entry.amount_micros
      ${fitting} ${page.beforeId === null ? sql`` : sql`and entry.id < ${page.beforeId}`}
      order by entry.account_uid desc, entry.id desc limit ${page.limit} offset ${page.offset}
    ) page
    left join lateral (
      select through_entry_id, balance_micros from ledger_balance_checkpoint
      where account_uid = ${account} and through_entry_id <= page.id order by through_entry_id desc limit 1
    ) closed on true
    cross join lateral (
      select coalesce(sum(amount_micros), 0) as sum from ledger_entry
      where account_uid = ${account} and id > coalesce(closed.through_entry_id, 0) and id <= page.id
    ) since
    order by page.id desc
  `.execute(tx);
  if (asked.length === 0) return { rows, total: wallet.entries };
  const counted = await sql<{ total: number }>`select count(*) as total ${fitting}`.execute(tx);
  return { rows, total: Number(counted.rows[0]!.total) };
};
