// Front door of quotes: purchases that were priced, and are bought at that price or not at all.
import type { ErrorFactory } from '../../http/errors.ts';
import { accept } from './accept.endpoint.ts';
import { cancelQuote } from './cancel.endpoint.ts';
import { createQuote } from './create.endpoint.ts';
import { getQuote } from './get.endpoint.ts';
import { listQuotes } from './list.endpoint.ts';
import { type Seller, WAITS_AS } from './quote.ts';
import { quoteContinuation } from './wait.ts';

export { quoteErrors } from './errors.ts';
export type { Bought, Buyer, Sale, Seller } from './quote.ts';
export { acceptQuote } from './sell.ts';
export { waitForFundsField, waitShape } from './view.ts';
export { buyOrWait, giveUpWaitingQuotes } from './wait.ts';

/** How quotes that wait go on when credits arrive. */
export const quoteContinuations = (sellers: Readonly<Record<string, Seller>>) => ({
  [WAITS_AS]: quoteContinuation(sellers),
});

/** What can be quoted is handed in, with the errors of buying it: those who sell come later in the order of features. */
export const quoteEndpoints = (
  sellers: Readonly<Record<string, Seller>>,
  sellerErrors: readonly ErrorFactory[],
) => [createQuote(sellers, sellerErrors), getQuote, listQuotes, cancelQuote, accept(sellers, sellerErrors)];
