// What mailboxes and plans cost. A charge keeps the version of the book it was priced from.
import { creditsToMicros } from './money.ts';

export const PRICE_VERSION = '2026-11';

export type Plan = {
  name: string;
  monthlyMicros: number;
  includedSeats: number;
  /** A month of one mailbox beyond the included seats. */
  extraSeatMicros: number;
};

const plans: readonly Plan[] = [
  {
    name: 'Professional',
    monthlyMicros: creditsToMicros(39),
    includedSeats: 10,
    extraSeatMicros: creditsToMicros(3.5),
  },
  {
    name: 'Agency',
    monthlyMicros: creditsToMicros(99),
    includedSeats: 30,
    extraSeatMicros: creditsToMicros(3.25),
  },
  {
    name: 'Enterprise',
    monthlyMicros: creditsToMicros(299),
    includedSeats: 100,
    extraSeatMicros: creditsToMicros(2.99),
  },
];

export const FIRST_PLAN = 'Professional';

export const planByName = (name: string): Plan => {
  const plan = plans.find((candidate) => candidate.name === name);
  if (!plan) throw new Error(`the price book has no plan named ${name}`);
  return plan;
};
