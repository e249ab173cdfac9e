// Front door of quotes: purchases that were priced, and are bought at that price or not at all.
import type { ErrorFactory } from '../../http/errors.ts';
import { accept } from './accept.endpoint.ts';
import { createQuote } from './create.endpoint.ts';
import { getQuote } from './get.endpoint.ts';
import { listQuotes } from './list.endpoint.ts';
import type { Seller } from './quote.ts';

export { quoteErrors } from './errors.ts';
export type { Bought, Buyer, Sale, Seller } from './quote.ts';
export { acceptQuote } from './sell.ts';

/** What can be quoted is handed in, with the errors of buying it: those who sell come later in the order of features. */
export const quoteEndpoints = (
  sellers: Readonly<Record<string, Seller>>,
  sellerErrors: readonly ErrorFactory[],
) => [createQuote(sellers, sellerErrors), getQuote, listQuotes, accept(sellers, sellerErrors)];
