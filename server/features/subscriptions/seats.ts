// What mailboxes cost a team: included seats of its plan first, then its price of an extra seat.
import type { Db } from '../../../database/database.ts';
import { type ChargeLine, seatsUsed } from '../billing/index.ts';
import { type PriceBook, type PricedPlatform, planOf } from '../price-book/index.ts';
import { subscriptionOf } from './store.ts';
import type { Subscription } from './subscription.ts';

export type MailboxPrice = Pick<ChargeLine, 'amountMicros' | 'paidWith'>;

/** The seats a team may fill: none without a subscription. While a period is unpaid it keeps those it has. */
export const seatsOf = ({ status }: Pick<Subscription, 'status'>, plan: { includedSeats: number }): number =>
  status === 'cancelled' ? 0 : plan.includedSeats;

/**
 * The price of one more mailbox on each of these platforms, for a month. Included seats go first, then the plan's
 * price of an extra seat; a platform with a price of its own has it in the book, and takes no seat. With
 * `useWalletBalance` every mailbox is paid from the wallet and the included seats stay free.
 */
export const mailboxPrices = async (
  db: Db,
  teamUid: string,
  platforms: readonly PricedPlatform[],
  options: { useWalletBalance: boolean; book: PriceBook },
): Promise<MailboxPrice[]> => {
  const subscription = await subscriptionOf(db, teamUid);
  const plan = planOf(options.book, subscription.plan);
  let free = options.useWalletBalance
    ? 0
    : Math.max(0, seatsOf(subscription, plan) - (await seatsUsed(db, teamUid)));
  return platforms.map((platform) => {
    const own = options.book.mailboxMicros[platform];
    if (own !== null) return { amountMicros: own, paidWith: 'wallet' };
    if (free === 0) return { amountMicros: plan.extraSeatMicros[subscription.cycle], paidWith: 'wallet' };
    free -= 1;
    return { amountMicros: 0, paidWith: 'included_seat' };
  });
};
