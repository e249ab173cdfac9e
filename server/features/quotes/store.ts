// Every statement on quote.
import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Quote as QuoteTable } from '../../../database/types.ts';
import { type NewestFirstPage, onNewestFirstPage } from '../../http/newest-first.ts';
import type { Bought, Quote, QuoteLine, QuoteStatus } from './quote.ts';

const fromRow = (row: Selectable<QuoteTable>): Quote => ({
  uid: row.uid,
  teamUid: row.team_uid,
  workspaceUid: row.workspace_uid,
  kind: row.kind,
  body: row.body,
  lines: row.lines as QuoteLine[],
  totalMicros: row.total_micros,
  taxMicros: row.tax_micros,
  priceVersion: row.price_version,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  acceptedAt: row.accepted_at,
  bought: row.bought as Bought | null,
});

export const quoteInsert = async (tx: Tx, quote: Quote): Promise<void> => {
  await tx
    .insertInto('quote')
    .values({
      uid: quote.uid,
      team_uid: quote.teamUid,
      workspace_uid: quote.workspaceUid,
      kind: quote.kind,
      body: JSON.stringify(quote.body),
      lines: JSON.stringify(quote.lines),
      total_micros: quote.totalMicros,
      tax_micros: quote.taxMicros,
      price_version: quote.priceVersion,
      created_at: quote.createdAt,
      expires_at: quote.expiresAt,
    })
    .execute();
};

export const quoteByUid = async (db: Db, workspaceUid: string, uid: string): Promise<Quote | null> => {
  const row = await db
    .selectFrom('quote')
    .selectAll()
    .where('uid', '=', uid)
    .where('workspace_uid', '=', workspaceUid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const quoteLock = async (tx: Tx, workspaceUid: string, uid: string): Promise<Quote | null> => {
  const row = await tx
    .selectFrom('quote')
    .selectAll()
    .where('uid', '=', uid)
    .where('workspace_uid', '=', workspaceUid)
    .forUpdate()
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

export const quoteAccept = async (tx: Tx, uid: string, bought: Bought, now: Date): Promise<void> => {
  await tx
    .updateTable('quote')
    .set({ accepted_at: now, bought: JSON.stringify(bought) })
    .where('uid', '=', uid)
    .execute();
};

/** Newest first. */
export const quotePage = async (
  db: Db,
  workspaceUid: string,
  filter: { status?: QuoteStatus; now: Date },
  page: NewestFirstPage,
): Promise<{ quotes: Quote[]; total: number }> => {
  const fitting = db
    .selectFrom('quote')
    .where('workspace_uid', '=', workspaceUid)
    .$if(filter.status === 'accepted', (query) => query.where('accepted_at', 'is not', null))
    .$if(filter.status === 'open', (query) =>
      query.where('accepted_at', 'is', null).where('expires_at', '>', filter.now),
    )
    .$if(filter.status === 'expired', (query) =>
      query.where('accepted_at', 'is', null).where('expires_at', '<=', filter.now),
    );
  const rows = await onNewestFirstPage(fitting.selectAll(), page).execute();
  const counted = await fitting
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { quotes: rows.map(fromRow), total: Number(counted.total) };
};
