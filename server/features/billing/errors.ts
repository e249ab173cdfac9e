// Errors of the billing feature.
import { defineError } from '../../http/errors.ts';

export const insufficientFunds = defineError({
  code: 'insufficient_funds',
  status: 402,
  whatHappened: 'The wallet holds less than the purchase costs. Nothing was bought and nothing was charged.',
  whatToDo:
    'The body says what it costs (`required_credits`), what is there (`credits_remaining`) and what is missing ' +
    '(`missing_credits`). Add credits or buy less, then send the request again; the same Idempotency-Key may be used.',
});

export const billingErrors = [insufficientFunds];
