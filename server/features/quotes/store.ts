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
  keyUid: row.key_uid,
  waitingSince: row.waiting_since,
  endedAt: row.ended_at,
  endReason: row.end_reason,
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
      key_uid: quote.keyUid,
      waiting_since: quote.waitingSince,
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

/** Writes everything about the quote that changes; it is locked. */
export const quoteUpdate = async (tx: Tx, quote: Quote): Promise<void> => {
  await tx
    .updateTable('quote')
    .set({
      expires_at: quote.expiresAt,
      accepted_at: quote.acceptedAt,
      bought: quote.bought && JSON.stringify(quote.bought),
      key_uid: quote.keyUid,
      waiting_since: quote.waitingSince,
      ended_at: quote.endedAt,
      end_reason: quote.endReason,
    })
    .where('uid', '=', quote.uid)
    .execute();
};

/** Quotes that have waited for credits until now, and for no longer. */
export const quotesWaitingThrough = async (
  db: Db,
  now: Date,
): Promise<Pick<Quote, 'uid' | 'teamUid' | 'workspaceUid'>[]> => {
  const rows = await db
    .selectFrom('quote')
    .select(['uid', 'team_uid', 'workspace_uid'])
    .where('waiting_since', 'is not', null)
    .where('accepted_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '<=', now)
    .execute();
  return rows.map((row) => ({ uid: row.uid, teamUid: row.team_uid, workspaceUid: row.workspace_uid }));
};

/** Newest first. */
export const quotePage = async (
  db: Db,
  workspaceUid: string,
  filter: { status?: QuoteStatus; now: Date },
  page: NewestFirstPage,
): Promise<{ quotes: Quote[]; total: number }> => {
  const own = db.selectFrom('quote').where('workspace_uid', '=', workspaceUid);
  const live = (query: typeof own) =>
    query.where('accepted_at', 'is', null).where('ended_at', 'is', null).where('expires_at', '>', filter.now);
  const fitting = own
    .$if(filter.status === 'accepted', (query) => query.where('accepted_at', 'is not', null))
    .$if(filter.status === 'cancelled', (query) => query.where('ended_at', 'is not', null))
    .$if(filter.status === 'open', (query) => live(query).where('waiting_since', 'is', null))
    .$if(filter.status === 'waiting_for_funds', (query) => live(query).where('waiting_since', 'is not', null))
    .$if(filter.status === 'expired', (query) =>
      query
        .where('accepted_at', 'is', null)
        .where('ended_at', 'is', null)
        .where('expires_at', '<=', filter.now),
    );
  const rows = await onNewestFirstPage(fitting.selectAll(), page).execute();
  const counted = await fitting
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { quotes: rows.map(fromRow), total: Number(counted.total) };
};
