// Notices of payment vendors, as they come in. A notice only says that something may have changed; what, the vendor is
// asked. So one that comes twice, late or out of order does no harm, and one that never comes is made up for by
// `reconcile.job.ts`.
import type { RawNotice } from '../../../providers/contracts/payments.ts';
import type { FeatureContext } from '../context.ts';
import { type CheckoutPurchases, settlePayment } from './settle.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * `received` is answered with 2xx, so that the vendor stops sending it; `refused` is forged or too old; with `again`
 * the vendor sends it once more later.
 */
export const receiveNotice = async (
  context: FeatureContext,
  purchases: CheckoutPurchases,
  vendor: string,
  notice: RawNotice,
): Promise<'received' | 'refused' | 'unknown_vendor'> => {
  const payments = context.providers.payments(vendor);
  if (!payments) return 'unknown_vendor';
  let reference: string | null;
  try {
    ({ reference } = await payments.readNotice(notice));
  } catch (error) {
    if ((error as { failure?: { kind?: string } }).failure?.kind === 'unauthorized') return 'refused';
    throw error;
  }
  // Vendors tell of more than what was begun here, such as payments that somebody made in their dashboard.
  if (reference && uuid.test(reference)) await settlePayment(context, purchases, reference);
  return 'received';
};
