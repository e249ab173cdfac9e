// Every statement on price_book.
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import { type PriceBook, type Prices, pricesSchema, readPrices, type TaxPrices } from './prices.ts';

export type PricesVersion = {
  version: number;
  note: string;
  madeBy: string | null;
  createdAt: Date;
};

export const versionsList = async (
  db: Db,
  page: { limit: number; offset: number },
): Promise<{ versions: PricesVersion[]; total: number }> => {
  const rows = await db
    .selectFrom('price_book')
    .select(['version', 'note', 'made_by', 'created_at'])
    .orderBy('version', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const { total } = await db
    .selectFrom('price_book')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const versions = rows.map(({ version, note, made_by, created_at }) => ({
    version,
    note,
    madeBy: made_by,
    createdAt: created_at,
  }));
  return { versions, total: Number(total) };
};

/** One version with its document; the newest without a number. Null when there is no such version. */
export const pricesOf = async (
  db: Db,
  version?: number,
): Promise<(PricesVersion & { prices: Prices }) | null> => {
  const row = await db
    .selectFrom('price_book')
    .selectAll()
    .$if(version !== undefined, (query) => query.where('version', '=', version!))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return null;
  const { note, made_by, created_at } = row;
  // Written by `pricesInsert` and by migrations alone, which write what fits.
  return { version: row.version, note, madeBy: made_by, createdAt: created_at, prices: row.prices as Prices };
};

/** The price book in force. */
export const currentPrices = async (db: Db): Promise<PriceBook> => {
  const found = await pricesOf(db);
  if (!found) throw new Error('the price book is empty; migrations write its first version');
  return readPrices(found.version, found.prices);
};

/** The book as it was in this version: a quote is held to it until it expires. */
export const pricesOfVersion = async (db: Db, version: number): Promise<PriceBook> => {
  const found = await pricesOf(db, version);
  if (!found) throw new Error(`the price book has no version ${version}`);
  return readPrices(found.version, found.prices);
};

/** The taxes of a version, which every purchase asks for; null where it has none. */
export const taxPricesOf = async (db: Db, version: number): Promise<TaxPrices | null> => {
  const row = await db
    .selectFrom('price_book')
    .select(sql<TaxPrices | null>`prices -> 'tax'`.as('tax'))
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return row.tax;
};

/** Adds the next version. Two changes at once: the second waits, and finds that the book is not what it was. */
export const pricesInsert = async (
  tx: Tx,
  change: { version: number; prices: Prices; note: string; madeBy: string; now: Date },
): Promise<boolean> => {
  const inserted = await tx
    .insertInto('price_book')
    .values({
      version: change.version,
      prices: JSON.stringify(pricesSchema.parse(change.prices)),
      note: change.note,
      made_by: change.madeBy,
      created_at: change.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('version')
    .executeTakeFirst();
  return inserted !== undefined;
};
