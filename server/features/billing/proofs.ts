// Every statement on ledger_proof.
import type { Db } from '../../../database/database.ts';

export type LedgerProof = { teamUid: string; provedAt: Date; transactions: number; balanced: boolean };

/** Teams whose books were not proven since then, those of the oldest proof first. */
export const teamsToProve = async (db: Db, since: Date, limit: number): Promise<string[]> => {
  const rows = await db
    .selectFrom('ledger_account as account')
    .leftJoin('ledger_proof as proof', 'proof.team_uid', 'account.team_uid')
    .select('account.team_uid')
    .where('account.kind', '=', 'wallet')
    .where((eb) => eb.or([eb('proof.proved_at', 'is', null), eb('proof.proved_at', '<', since)]))
    .orderBy('proof.proved_at', (order) => order.asc().nullsFirst())
    .limit(limit)
    .execute();
  return rows.map(({ team_uid }) => team_uid);
};

export const proofRecord = async (db: Db, proof: LedgerProof): Promise<void> => {
  const row = { proved_at: proof.provedAt, transactions: proof.transactions, balanced: proof.balanced };
  await db
    .insertInto('ledger_proof')
    .values({ team_uid: proof.teamUid, ...row })
    .onConflict((conflict) => conflict.column('team_uid').doUpdateSet(row))
    .execute();
};

export const lastProof = async (db: Db, teamUid: string): Promise<LedgerProof | null> => {
  const row = await db
    .selectFrom('ledger_proof')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .executeTakeFirst();
  return row
    ? { teamUid, provedAt: row.proved_at, transactions: row.transactions, balanced: row.balanced }
    : null;
};
