// What names cost: the registrar says which can be had, the price book says which are sold and for how much.
import type { Db } from '../../../database/database.ts';
import type { NameQuote, Registrar } from '../../../providers/contracts/registrar.ts';
import { isSandbox } from '../accounts/index.ts';
import { type PriceBook, sandboxPrices } from '../price-book/index.ts';
import { tldOf } from './names.ts';

/** The prices of names for a team: in a sandbox others are sold. */
export const namePrices = async (db: Db, teamUid: string, book: PriceBook): Promise<PriceBook> =>
  (await isSandbox(db, teamUid)) ? sandboxPrices(book) : book;

/**
 * Quotes every name. A premium name costs what its registrar wants for it, when that is more than the list says;
 * a name under a top-level domain that is not in the book is not available, whatever its registrar sells.
 */
export const quoteNames = async (
  registrar: Pick<Registrar, 'quote'>,
  book: PriceBook,
  names: string[],
): Promise<NameQuote[]> =>
  (await registrar.quote(names)).map((quote) => {
    const price = book.tlds.get(tldOf(quote.name));
    const registration = price?.registrationPriceMicros ?? null;
    const priced = (asked: number, listed: number) => (quote.premium ? Math.max(asked, listed) : listed);
    if (registration === null && (quote.available || quote.unavailableReason === 'taken')) {
      return {
        ...quote,
        available: false,
        unavailableReason: 'unsupported_tld' as const,
        registrationPriceMicros: 0,
        renewalPriceMicros: price?.renewalPriceMicros ?? 0,
      };
    }
    return {
      ...quote,
      registrationPriceMicros: priced(quote.registrationPriceMicros, registration ?? 0),
      renewalPriceMicros: priced(quote.renewalPriceMicros, price?.renewalPriceMicros ?? 0),
    };
  });

/** The top-level domains a registrar has that are for sale here. */
export const tldsSold = async (registrar: Pick<Registrar, 'tlds'>, book: PriceBook): Promise<string[]> => {
  const offered = new Set((await registrar.tlds()).map(({ tld }) => tld));
  return [...book.tlds.values()]
    .filter(({ tld, registrationPriceMicros }) => registrationPriceMicros !== null && offered.has(tld))
    .map(({ tld }) => tld)
    .sort();
};
