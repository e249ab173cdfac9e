// Front door of the price book: what everything costs, by version.
import { changePriceBook, type PlansInUse } from './change.endpoint.ts';
import { getPriceBook } from './get.endpoint.ts';
import { listPriceBookVersions } from './versions.endpoint.ts';

export { priceBookErrors } from './errors.ts';
export { creditsToMicros, microsToCredits } from './money.ts';
export {
  type BillingCycle,
  type Plan,
  type PriceBook,
  type PricedPlatform,
  planOf,
  plansOnSale,
  sandboxPrices,
  type TaxPrices,
  type TldPrice,
} from './prices.ts';
export { currentPrices, pricesOfVersion, taxPricesOf } from './store.ts';

/** `plansInUse` tells which plans teams are subscribed to; subscriptions come later in the order of features. */
export const priceBookEndpoints = (plansInUse: PlansInUse) => [
  getPriceBook,
  listPriceBookVersions,
  changePriceBook(plansInUse),
];
