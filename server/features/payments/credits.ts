// Buying credits: how many at once, and how that reads on a bill.
import { z } from 'zod';
import type { PaymentLine } from '../../../providers/contracts/payments.ts';

/** Less is eaten up by what a card payment costs; more than the most is nobody's intention. */
export const FEWEST_CREDITS = 5;
export const MOST_CREDITS = 10_000;

/** How long a checkout for credits can be paid; vendors keep one for a day at most. */
export const CREDITS_CHECKOUT_MS = 23 * 3_600_000;

/** A number of credits that can be paid for: whole cents within the limits. */
export const creditsToBuy = z
  .number()
  .min(FEWEST_CREDITS, `at least ${FEWEST_CREDITS} credits are bought at once`)
  .max(MOST_CREDITS, `at most ${MOST_CREDITS} credits are bought at once`)
  .refine(
    (credits) => Math.abs(credits * 100 - Math.round(credits * 100)) < 1e-6,
    'must be whole cents: no more than two decimals',
  )
  .meta({ description: '1 credit is 1 USD', example: 150 });

export const creditsLine = (credits: number): PaymentLine => ({
  description: `${credits} credits`,
  amountCents: Math.round(credits * 100),
});
