// A renewal of a bought domain, and every statement on domain_renewal.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { DomainRenewal as RenewalTable } from '../../../database/types.ts';
import type { ChargeLine } from '../billing/index.ts';

export type Renewal = {
  uid: string;
  domainUid: string;
  teamUid: string;
  workspaceUid: string;
  years: number;
  priceMicros: number;
  status: 'pending' | 'completed' | 'failed';
  failureReason: string | null;
  /** When the name ran out as it was asked for: the registrar renews from there and from nowhere else. */
  expiresBefore: Date;
  expiresAfter: Date | null;
  requestedAt: Date;
  finishedAt: Date | null;
};

export const renewalLine = (
  renewal: Pick<Renewal, 'uid' | 'years' | 'priceMicros'>,
  name: string,
): ChargeLine => ({
  subject: { type: 'domain_renewal', uid: renewal.uid },
  purpose: 'renewal',
  description: `${name}, renewal for ${renewal.years} year${renewal.years === 1 ? '' : 's'}`,
  amountMicros: renewal.priceMicros,
  paidWith: 'wallet',
});

const fromRow = (row: Selectable<RenewalTable>): Renewal => ({
  uid: row.uid,
  domainUid: row.domain_uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  years: row.years,
  priceMicros: row.price_micros,
  status: row.status as Renewal['status'],
  failureReason: row.failure_reason,
  expiresBefore: row.expires_before,
  expiresAfter: row.expires_after,
  requestedAt: row.requested_at,
  finishedAt: row.finished_at,
});

/** Answers false when the domain is being renewed already. */
export const renewalInsert = async (tx: Tx, renewal: Renewal): Promise<boolean> => {
  const inserted = await tx
    .insertInto('domain_renewal')
    .values({
      uid: renewal.uid,
      domain_uid: renewal.domainUid,
      team_uid: renewal.teamUid,
      workspace_uid: renewal.workspaceUid,
      years: renewal.years,
      price_micros: renewal.priceMicros,
      status: renewal.status,
      expires_before: renewal.expiresBefore,
      requested_at: renewal.requestedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('uid')
    .executeTakeFirst();
  return inserted !== undefined;
};

export const renewalByUid = async (db: Db, uid: string): Promise<Renewal | null> => {
  const row = await db.selectFrom('domain_renewal').selectAll().where('uid', '=', uid).executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const renewalLock = async (tx: Tx, uid: string): Promise<Renewal | null> => {
  const row = await tx
    .selectFrom('domain_renewal')
    .selectAll()
    .where('uid', '=', uid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const latestRenewal = async (db: Db, domainUid: string): Promise<Renewal | null> => {
  const row = await db
    .selectFrom('domain_renewal')
    .selectAll()
    .where('domain_uid', '=', domainUid)
    .orderBy('requested_at', 'desc')
    .orderBy('uid', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const renewalEnd = async (
  tx: Tx,
  uid: string,
  end: Pick<Renewal, 'status' | 'failureReason' | 'expiresAfter'>,
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('domain_renewal')
    .set({
      status: end.status,
      failure_reason: end.failureReason,
      expires_after: end.expiresAfter,
      finished_at: now,
    })
    .where('uid', '=', uid)
    .execute();
};
