// Compares payments with their vendors and books what a lost notice missed: open checkouts every minute at first,
// paid ones once a day as long as they can be disputed. Takes no input; any number of processes may run it.
import type { FeatureContext } from '../context.ts';
import { type CheckoutPurchases, settlePayment } from './settle.ts';
import { paymentAskLater, paymentsToAsk } from './store.ts';

const MOST_AT_ONCE = 100;
const LATER_MS = 10 * 60_000;

export const reconcilePayments = async (
  context: FeatureContext,
  purchases: CheckoutPurchases,
): Promise<void> => {
  const { db, clock } = context;
  for (const uid of await paymentsToAsk(db, clock.now(), MOST_AT_ONCE)) {
    await paymentAskLater(db, uid, new Date(clock.now().getTime() + LATER_MS));
    await settlePayment(context, purchases, uid).catch((error) => {
      // The vendor is away: it is asked again later. Anything else is a bug that should be seen.
      if (!(error as { failure?: unknown }).failure) throw error;
    });
  }
};
