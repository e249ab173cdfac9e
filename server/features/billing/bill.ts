// The bill of a purchase, as every purchase answers it.
import { z } from 'zod';
import { microsToCredits } from '../price-book/index.ts';
import { totalOf } from './charge.ts';

const priceLine = z.object({ description: z.string(), credits: z.number() }).meta({ id: 'PriceLine' });

/** The fields of the answer. */
export const billShape = {
  dry_run: z.boolean(),
  lines: z.array(priceLine).meta({ description: 'Without taxes' }),
  subtotal: z.number(),
  taxes: z.array(priceLine).meta({ description: 'Empty where nothing is taxed' }),
  total_cost: z.number(),
  credits_remaining: z.number(),
};

type BillLine = { description: string; amountMicros: number; purpose?: string };

/** Taxes of the same rate as one line. */
export const taxesOf = (lines: readonly BillLine[]): BillLine[] => {
  const taxes = lines.filter(({ purpose }) => purpose === 'tax');
  return [...Map.groupBy(taxes, ({ description }) => description)].map(([description, of]) => ({
    description,
    amountMicros: totalOf(of),
  }));
};

/** `walletMicros` is what the wallet holds after the purchase; with `dryRun` nothing was taken from it. */
export const bill = (lines: readonly BillLine[], walletMicros: number, { dryRun }: { dryRun: boolean }) => {
  const net = lines.filter(({ purpose }) => purpose !== 'tax');
  const shown = ({ description, amountMicros }: BillLine) => ({
    description,
    credits: microsToCredits(amountMicros),
  });
  return {
    dry_run: dryRun,
    lines: net.map(shown),
    subtotal: microsToCredits(totalOf(net)),
    taxes: taxesOf(lines).map(shown),
    total_cost: microsToCredits(totalOf(lines)),
    credits_remaining: microsToCredits(walletMicros),
  };
};
