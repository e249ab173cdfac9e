// Front door of payments: money that comes from outside, and what goes on when it is there.
import { addCreditsByCheckout } from './add-credits.endpoint.ts';
import { setAutoTopUp } from './auto-topup.endpoint.ts';
import { getPayment } from './get.endpoint.ts';
import { listPayments } from './list.endpoint.ts';
import { setLowBalance } from './low-balance.endpoint.ts';
import { manageBilling } from './manage.endpoint.ts';
import { topUp } from './top-up.workflow.ts';

export { paymentErrors } from './errors.ts';
export { receiveNotice } from './notices.ts';
export { reconcilePayments } from './reconcile.job.ts';
export type { CheckoutPurchases } from './settle.ts';

export const paymentWorkflows = [topUp];
export const paymentEndpoints = [
  addCreditsByCheckout,
  setAutoTopUp,
  setLowBalance,
  manageBilling,
  listPayments,
  getPayment,
];
