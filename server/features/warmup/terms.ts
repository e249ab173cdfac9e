// Paying for months of warm-up. Months are counted from the anchor: the day it began.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import {
  addMonths,
  type ChargeLine,
  captureCharges,
  giveBackCharges,
  reserveCharges,
} from '../billing/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import {
  type SubscriptionChange,
  termBegin,
  termNotBegun,
  warmupTermDelete,
  warmupTermInsert,
} from './store.ts';
import type { Subscription } from './subscription.ts';

type Payer = { book: PriceBook; keyUid: string | null };

export const monthLine = (termUid: string, email: string, { addOns }: PriceBook): ChargeLine => ({
  subject: { type: 'warmup', uid: termUid },
  purpose: 'term',
  description: `${email}, warm-up for a month`,
  amountMicros: addOns.warmupMailboxMonthMicros,
  paidWith: 'wallet',
});

/**
 * Sets a month aside for each of them, which begins when they do. Answers the lines with their tax. The caller holds
 * `lockFunds` and the subscriptions.
 *
 * @throws ApiError `insufficient_funds` or `spend_cap_exceeded`, and changes nothing
 */
export const setMonthsAside = async (
  tx: Tx,
  buyers: readonly { subscription: Subscription; email: string }[],
  { book, keyUid }: Payer,
  now: Date,
): Promise<ChargeLine[]> => {
  const [first] = buyers;
  if (!first) return [];
  const months = buyers.map(({ subscription, email }) => {
    const uid = newId();
    return { uid, subscriptionUid: subscription.uid, line: monthLine(uid, email, book) };
  });
  const { teamUid, workspaceUid } = first.subscription;
  const lines = await reserveCharges(tx, {
    teamUid,
    workspaceUid,
    reference: { type: 'warmup', uid: months[0]!.uid },
    description:
      months.length === 1 ? months[0]!.line.description : `Warm-up of ${months.length} mailboxes for a month`,
    lines: months.map(({ line }) => line),
    keyUid,
    priceVersion: book.version,
    now,
  });
  for (const { uid, subscriptionUid } of months) {
    await warmupTermInsert(tx, { uid, subscriptionUid, startsAt: null, endsAt: null }, now);
  }
  return lines;
};

/** Charges the month that is set aside. Answers what follows for the row; nothing when there is none. */
export const beginMonth = async (
  tx: Tx,
  subscription: Subscription,
  now: Date,
  startsAt = now,
): Promise<(SubscriptionChange & { paidUntil: Date }) | null> => {
  const uid = await termNotBegun(tx, subscription.uid);
  if (!uid) return null;
  const goesOn = subscription.paidUntil?.getTime() === startsAt.getTime();
  const termAnchor = goesOn ? subscription.termAnchor! : startsAt;
  const termMonths = goesOn ? subscription.termMonths + 1 : 1;
  const paidUntil = addMonths(termAnchor, termMonths);
  await termBegin(tx, uid, { startsAt, endsAt: paidUntil });
  await captureCharges(tx, { type: 'warmup', uid }, now);
  return { termAnchor, termMonths, paidUntil, unpaidSince: null };
};

/** Pays a month from `startsAt` on, out of the wallet. */
export const payMonth = async (
  tx: Tx,
  subscription: Subscription,
  email: string,
  payer: Payer & { startsAt: Date },
  now: Date,
): Promise<SubscriptionChange & { paidUntil: Date; lines: ChargeLine[] }> => {
  const lines = await setMonthsAside(tx, [{ subscription, email }], payer, now);
  return { ...(await beginMonth(tx, subscription, now, payer.startsAt))!, lines };
};

/** Gives a month back that has not begun. */
export const giveMonthBack = async (
  tx: Tx,
  { uid }: Subscription,
  reason: string,
  now: Date,
): Promise<void> => {
  const termUid = await termNotBegun(tx, uid);
  if (!termUid) return;
  await giveBackCharges(tx, { type: 'warmup', uid: termUid }, reason, now);
  await warmupTermDelete(tx, termUid);
};
