// Front door of payments: money that comes from outside, and what goes on when it is there.
import { addCreditsByCheckout } from './add-credits.endpoint.ts';
import { setAutoTopUp } from './auto-topup.endpoint.ts';
import { getPayment } from './get.endpoint.ts';
import { listPayments } from './list.endpoint.ts';
import { setLowBalance } from './low-balance.endpoint.ts';
import { manageBilling } from './manage.endpoint.ts';
import { topUp } from './top-up.workflow.ts';

export { paymentErrors, paymentNotFound, paymentsUnavailable } from './errors.ts';
export { receiveNotice } from './notices.ts';
export { checkoutLines, keepPayment, openCheckout } from './open.ts';
export { openPayLink, payLink, withPayLink } from './pay-link.ts';
export type { Payment } from './payment.ts';
export { reconcilePayments } from './reconcile.job.ts';
export type { CheckoutPurchase, CheckoutPurchases } from './settle.ts';
export { paymentByUid as findPayment } from './store.ts';

export const paymentWorkflows = [topUp];
export const paymentEndpoints = [
  addCreditsByCheckout,
  setAutoTopUp,
  setLowBalance,
  manageBilling,
  listPayments,
  getPayment,
];
