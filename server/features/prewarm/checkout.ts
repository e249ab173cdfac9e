// Prewarmed domains that are paid for by checkout: they are kept from others until it is paid or its time is over.
import type { Tx } from '../../../database/database.ts';
import { lockFunds, reserveCharges } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import type { CheckoutPurchase } from '../payments/index.ts';
import { prewarmEvent, saleEvent } from './events.ts';
import { beginHandOver, reservationOf } from './seller.ts';
import { orderByPayment, saleLock, salesOfOrder, saleUpdate, stockLock, stockUpdate } from './store.ts';

/** The order of a payment, with those of its sales that wait for it. */
const waitingFor = async (tx: Tx, paymentUid: string) => {
  const order = (await orderByPayment(tx, paymentUid))!;
  // The wallet before the stock, as whoever buys takes its locks.
  await lockFunds(tx, order.teamUid);
  const sales = (await salesOfOrder(tx, order.uid)).filter(({ status }) => status === 'awaiting_payment');
  const byStock = sales.toSorted((a, b) => (a.stockUid < b.stockUid ? -1 : 1));
  for (const { stockUid, uid } of byStock) {
    await stockLock(tx, stockUid);
    await saleLock(tx, uid);
  }
  return { order, sales };
};

/** Sets the price aside that was paid a moment ago, and begins to hand over. */
const sellWaiting = async (
  tx: Tx,
  context: Pick<FeatureContext, 'workflows'>,
  paymentUid: string,
  now: Date,
): Promise<void> => {
  const { order, sales } = await waitingFor(tx, paymentUid);
  if (sales.length === 0) return;
  const { teamUid, workspaceUid, keyUid } = order;
  const reservation = reservationOf({ order, sales });
  await reserveCharges(tx, { teamUid, workspaceUid, keyUid, paidOutside: true, ...reservation, now });
  for (const { uid } of sales) await saleUpdate(tx, uid, { status: 'reserved' }, now);
  await recordEvents(tx, [prewarmEvent(order, 'paid', { payment_uid: paymentUid }, now)]);
  await beginHandOver(tx, context, sales);
};

/** The purchase `prewarm` of a checkout. One that is not paid in time puts the domains up for sale again. */
export const prewarmCheckout: CheckoutPurchase = {
  paid:
    async (context, { subjectUid }) =>
    (tx, now) =>
      sellWaiting(tx, context, subjectUid, now),
  async unpaid(tx, _context, paymentUid, reason, now) {
    const { order, sales } = await waitingFor(tx, paymentUid);
    for (const sale of sales) {
      await saleUpdate(tx, sale.uid, { status: 'failed', reason }, now);
      await stockUpdate(tx, sale.stockUid, { status: 'for_sale' }, now);
      await recordEvents(tx, [saleEvent(order, sale, 'domain_failed', reason, now)]);
    }
  },
};
