// What became of a payment, read from Stripe's objects.
import type Stripe from 'stripe';
import { CURRENCY, type VendorPayment } from '../contracts/payments.ts';
import { reading } from './client.ts';

const failureOf = (intent: Stripe.PaymentIntent | null): VendorPayment['failure'] => {
  const error = intent?.last_payment_error;
  return error ? { reason: error.code ?? error.type, message: error.message ?? 'The payment failed.' } : null;
};

export const ofSession = async (stripe: Stripe, session: Stripe.Checkout.Session): Promise<VendorPayment> => {
  const intent = session.payment_intent as Stripe.PaymentIntent | null;
  const reversed = intent ? await reversalsOf(stripe, intent) : { refundedCents: 0, disputedCents: 0 };
  return {
    reference: session.metadata?.reference ?? session.client_reference_id ?? '',
    vendorId: intent?.id ?? null,
    status: statusOfSession(session),
    // What the intent received is what counts; a session that nobody paid only knows what was asked for.
    amountCents: intent?.amount_received || (session.amount_total ?? 0),
    currency: intent?.currency ?? session.currency ?? CURRENCY,
    failure: failureOf(intent),
    ...reversed,
  };
};

const statusOfSession = ({
  status,
  payment_status: paid,
}: Stripe.Checkout.Session): VendorPayment['status'] => {
  if (status === 'expired') return 'expired';
  if (status !== 'complete') return 'open';
  return paid === 'unpaid' ? 'processing' : 'succeeded';
};

/** An intent that was charged without the customer: one that needs the customer has failed. */
export const ofIntent = async (
  stripe: Stripe,
  reference: string,
  intent: Stripe.PaymentIntent,
): Promise<VendorPayment> => {
  const status =
    intent.status === 'succeeded' ? 'succeeded' : intent.status === 'processing' ? 'processing' : 'failed';
  const failure = failureOf(intent) ?? {
    reason: intent.status === 'requires_action' ? 'authentication_required' : intent.status,
    message: 'The payment could not be made without the customer.',
  };
  return {
    reference,
    vendorId: intent.id,
    status,
    amountCents: intent.amount_received || intent.amount,
    currency: intent.currency,
    failure: status === 'failed' ? failure : null,
    ...(await reversalsOf(stripe, intent)),
  };
};

/** Of a dispute in these states the bank has not taken the money, or has given it back. */
const notWithdrawn = new Set([
  'won',
  'prevented',
  'warning_closed',
  'warning_needs_response',
  'warning_under_review',
]);

const reversalsOf = async (
  stripe: Stripe,
  intent: Stripe.PaymentIntent,
): Promise<Pick<VendorPayment, 'refundedCents' | 'disputedCents'>> => {
  const charge = intent.latest_charge as Stripe.Charge | null;
  if (!charge || typeof charge === 'string') return { refundedCents: 0, disputedCents: 0 };
  if (!charge.disputed) return { refundedCents: charge.amount_refunded, disputedCents: 0 };
  const disputes = await reading(stripe.disputes.list({ payment_intent: intent.id, limit: 100 }));
  const withdrawn = disputes.data.filter(({ status }) => !notWithdrawn.has(status));
  return {
    refundedCents: charge.amount_refunded,
    disputedCents: withdrawn.reduce((sum, { amount }) => sum + amount, 0),
  };
};
