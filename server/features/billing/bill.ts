// The bill of a purchase, as every purchase answers it.

import { microsToCredits } from '../price-book/index.ts';
import { totalOf } from './charge.ts';

/** `walletMicros` is what the wallet holds after the purchase; with `dryRun` nothing was taken from it. */
export const bill = (
  lines: readonly { description: string; amountMicros: number }[],
  walletMicros: number,
  { dryRun }: { dryRun: boolean },
) => ({
  dry_run: dryRun,
  total_cost: microsToCredits(totalOf(lines)),
  lines: lines.map(({ description, amountMicros }) => ({
    description,
    credits: microsToCredits(amountMicros),
  })),
  credits_remaining: microsToCredits(walletMicros),
});
