// Gives up orders that have waited for credits for a week: their names are free for others again. Takes no input; any
// number of processes may run it.
import type { FeatureContext } from '../context.ts';
import { longestWaitBegan, stopOrder } from './await-funds.ts';
import { ordersWaitingSince } from './store.ts';

export const giveUpWaitingOrders = async (context: FeatureContext): Promise<void> => {
  for (const uid of await ordersWaitingSince(context.db, longestWaitBegan(context.clock.now()))) {
    await stopOrder(context, uid, 'no credits arrived within a week');
  }
};
