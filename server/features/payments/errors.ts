// Errors of the payments feature.
import { defineError } from '../../http/errors.ts';

export const noPaymentMethod = defineError({
  code: 'no_payment_method',
  status: 400,
  whatHappened:
    'Topping up by itself needs a stored payment method, and the team has none. Nothing was changed.',
  whatToDo:
    'Open the address that `GET /v1/api/billing/manage` answers and store one there, or keep the card when paying for ' +
    'credits (`POST /v1/api/billing/wallet/add-credits`). Then send the request again.',
});

export const incompleteTopUp = defineError({
  code: 'incomplete_top_up',
  status: 400,
  whatHappened:
    'Automatic top-up was to be switched on without saying when, or how much. Nothing was changed.',
  whatToDo: 'Send `auto_topup_trigger_drops_below` and `auto_topup_add_credits` with it.',
});

export const paymentNotFound = defineError({
  code: 'payment_not_found',
  status: 404,
  whatHappened: 'The team has no payment with this uid.',
  whatToDo: 'List the payments of the team with `GET /v1/api/billing/payments`.',
});

export const paymentsUnavailable = defineError({
  code: 'payments_unavailable',
  status: 503,
  whatHappened: 'The payment vendor did not take the request. Nothing was charged.',
  whatToDo: 'Try again in a minute; the same `Idempotency-Key` may be used.',
});

export const paymentErrors = [noPaymentMethod, incompleteTopUp, paymentNotFound, paymentsUnavailable];
