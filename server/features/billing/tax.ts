// Taxes on what a team buys, and every statement on team_tax. The price book says the rates, the team its country, and an
// operator may give a team a rate of its own (none, for one that pays the tax itself). A tax is a charge beside that of
// the thing it is for: reserved, captured and given back with it.
import type { Db, Tx } from '../../../database/database.ts';
import { type TaxPrices, taxPricesOf } from '../price-book/index.ts';
import type { ChargeLine } from './charge.ts';

export type TaxRate = { name: string; percent: number };

export type TeamTax = {
  /** ISO 3166-1 alpha-2; null while the team has not said. */
  country: string | null;
  /** Instead of the rate of its country. */
  percent: number | null;
  /** Stands on invoices: why the rate is another. */
  note: string | null;
};

export const teamTax = async (db: Db, teamUid: string): Promise<TeamTax> => {
  const row = await db
    .selectFrom('team_tax')
    .select(['country', 'percent', 'note'])
    .where('team_uid', '=', teamUid)
    .executeTakeFirst();
  if (!row) return { country: null, percent: null, note: null };
  return { ...row, percent: row.percent === null ? null : Number(row.percent) };
};

export const teamTaxSet = async (
  tx: Tx,
  teamUid: string,
  change: Partial<TeamTax>,
  now: Date,
): Promise<TeamTax> => {
  const after = { ...(await teamTax(tx, teamUid)), ...change };
  const row = { ...after, updated_at: now };
  await tx
    .insertInto('team_tax')
    .values({ team_uid: teamUid, ...row })
    .onConflict((conflict) => conflict.column('team_uid').doUpdateSet(row))
    .execute();
  return after;
};

/** The rate that counts; null where nothing is taxed. */
export const rateFor = (prices: TaxPrices | null, { country, percent }: TeamTax): TaxRate | null => {
  if (!prices) return null;
  const rate =
    percent ?? (country === null ? undefined : prices.countries[country]) ?? prices.default_percent;
  return rate > 0 ? { name: prices.name, percent: rate } : null;
};

/** What a team's purchases are taxed with by a version of the price book. */
export const taxRateOf = async (db: Db, teamUid: string, priceVersion: number): Promise<TaxRate | null> => {
  const prices = await taxPricesOf(db, priceVersion);
  return prices && rateFor(prices, await teamTax(db, teamUid));
};

/** Of a net amount, to the nearest millionth of a credit. */
export const taxOn = (rate: TaxRate | null, amountMicros: number): number =>
  rate ? Math.round((amountMicros * rate.percent) / 100) : 0;

/** As it stands on bills and invoices: `VAT 23 %`. */
export const taxLabel = ({ name, percent }: TaxRate): string => `${name} ${percent} %`;

/** The lines, and after them the tax on each of those that cost something. */
export const taxed = (rate: TaxRate | null, lines: readonly ChargeLine[]): ChargeLine[] => [
  ...lines,
  ...lines.flatMap(({ subject, amountMicros }): ChargeLine[] => {
    const tax = taxOn(rate, amountMicros);
    if (!rate || tax === 0) return [];
    return [{ subject, purpose: 'tax', description: taxLabel(rate), amountMicros: tax, paidWith: 'wallet' }];
  }),
];

/** The same for lines that were priced from a version of the price book. */
export const withTax = async (
  db: Db,
  teamUid: string,
  priceVersion: number,
  lines: readonly ChargeLine[],
): Promise<ChargeLine[]> => taxed(await taxRateOf(db, teamUid, priceVersion), lines);

/** What a net amount costs with its tax. */
export const grossOf = async (
  db: Db,
  teamUid: string,
  priceVersion: number,
  netMicros: number,
): Promise<number> => netMicros + taxOn(await taxRateOf(db, teamUid, priceVersion), netMicros);
