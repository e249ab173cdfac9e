// Searching what is for sale.
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { type Stock, type StockMailbox, warmedBy } from './stock.ts';
import { stockFromRow, withMailboxes } from './store.ts';

export const sorts = ['age', 'score', 'price', 'name'] as const;

export type StockSearch = {
  keyword: string | undefined;
  platform: Platform | undefined;
  minWeeks: number | undefined;
  maxWeeks: number | undefined;
  minScore: number | undefined;
  sort: (typeof sorts)[number];
  descending: boolean;
  /** By age, for what has no price of its own. */
  mailboxMicros: readonly { minWeeks: number; priceMicros: number }[];
};

const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

const mailboxPrice = ({ mailboxMicros }: Pick<StockSearch, 'mailboxMicros'>, now: Date) => {
  const oldestFirst = mailboxMicros.toReversed();
  const byAge = oldestFirst.map(
    ({ minWeeks, priceMicros }) =>
      sql`when stock.warmed_since <= ${warmedBy(minWeeks, now)}::timestamptz then ${priceMicros}::bigint`,
  );
  const youngest = mailboxMicros[0]!.priceMicros;
  return sql<number>`coalesce(stock.mailbox_price_micros,
    case ${sql.join(byAge, sql` `)} else ${youngest}::bigint end)`;
};

const found = (db: Db, search: StockSearch, now: Date) => {
  const { keyword, platform, minWeeks, maxWeeks, minScore } = search;
  return db
    .selectFrom('prewarm_stock as stock')
    .where('stock.status', '=', 'for_sale')
    .$if(platform !== undefined, (query) => query.where('stock.platform', '=', platform!))
    .$if(minWeeks !== undefined, (query) => query.where('stock.warmed_since', '<=', warmedBy(minWeeks!, now)))
    .$if(maxWeeks !== undefined, (query) =>
      query.where('stock.warmed_since', '>', warmedBy(maxWeeks! + 1, now)),
    )
    .$if(minScore !== undefined, (query) => query.where('stock.score', '>=', minScore!))
    .$if(keyword !== undefined, (query) =>
      query.where('stock.domain_name', 'like', `%${escaped(keyword!.toLowerCase())}%`),
    );
};

const sortedBy = (search: StockSearch, now: Date) => {
  switch (search.sort) {
    case 'age':
      // The longest warmed is the oldest.
      return sql`-extract(epoch from stock.warmed_since)`;
    case 'score':
      return sql`stock.score`;
    case 'price':
      return mailboxPrice(search, now);
    case 'name':
      return sql`stock.domain_name`;
    default:
      return search.sort satisfies never;
  }
};

type Page = { limit: number; offset: number };

export const searchStock = async (
  db: Db,
  search: StockSearch,
  page: Page,
  now: Date,
): Promise<{ stock: Stock[]; total: number }> => {
  const matching = found(db, search, now);
  const rows = await matching
    .selectAll('stock')
    .orderBy(sortedBy(search, now), search.descending ? 'desc' : 'asc')
    .orderBy('stock.uid')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  return { stock: await withMailboxes(db, rows), total: Number(total) };
};

export const searchStockMailboxes = async (
  db: Db,
  search: StockSearch,
  page: Page,
  now: Date,
): Promise<{ mailboxes: { stock: Stock; mailbox: StockMailbox }[]; total: number }> => {
  const matching = found(db, search, now).innerJoin(
    'prewarm_stock_mailbox as box',
    'box.stock_uid',
    'stock.uid',
  );
  const rows = await matching
    .selectAll('stock')
    .select(['box.mailbox_uid', 'box.username', 'box.first_name', 'box.last_name'])
    .orderBy(sortedBy(search, now), search.descending ? 'desc' : 'asc')
    .orderBy('stock.uid')
    .orderBy('box.position')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const { total } = await matching
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  const mailboxes = rows.map((row) => {
    const { mailbox_uid: mailboxUid, username, first_name: firstName, last_name: lastName } = row;
    const mailbox = { mailboxUid, username, firstName, lastName };
    return { stock: stockFromRow(row, [mailbox]), mailbox };
  });
  return { mailboxes, total: Number(total) };
};
