// What was charged and credited back in a stretch of time, from the ledger: each movement is in exactly one of them.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';

export type SettledLine = { description: string; amountMicros: number; at: Date; isTax: boolean };

/** What became revenue or tax in the time, and what of it was paid back, as negative amounts; in the order it happened. */
export const settledBetween = async (
  db: Db,
  teamUid: string,
  from: Date,
  until: Date,
): Promise<SettledLine[]> => {
  const { rows } = await sql<{ description: string; amount: number; created_at: Date; is_tax: boolean }>`
    select account.kind = 'tax' as is_tax, booked.description, entry.amount_micros as amount, booked.created_at
    from ledger_account account
    join ledger_entry entry on entry.account_uid = account.uid
    join ledger_transaction booked on booked.uid = entry.transaction_uid
    where account.team_uid = ${teamUid} and account.kind in ('revenue', 'tax')
      and booked.created_at >= ${from} and booked.created_at < ${until}
    order by booked.created_at, entry.id
  `.execute(db);
  return rows.map(({ description, amount, created_at, is_tax }) => ({
    description,
    isTax: is_tax,
    amountMicros: amount,
    at: created_at,
  }));
};

/** The teams of which something was charged or paid back in the time. */
export const teamsSettledBetween = async (db: Db, from: Date, until: Date): Promise<string[]> => {
  const rows = await db
    .selectFrom('ledger_transaction')
    .select('team_uid')
    .distinct()
    .where('kind', 'in', ['capture', 'refund'])
    .where('created_at', '>=', from)
    .where('created_at', '<', until)
    .orderBy('team_uid')
    .execute();
  return rows.map(({ team_uid }) => team_uid);
};

/** When anything was charged or paid back for the first time. */
export const firstSettledAt = async (db: Db): Promise<Date | null> => {
  const { first } = await db
    .selectFrom('ledger_transaction')
    .select((eb) => eb.fn.min('created_at').as('first'))
    .where('kind', 'in', ['capture', 'refund'])
    .executeTakeFirstOrThrow();
  return first;
};
