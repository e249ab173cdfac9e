// Money is counted in integer micro-credits inside (1 credit = 1 USD = 1,000,000) and in plain numbers outside.

const MICROS_PER_CREDIT = 1_000_000;

export const creditsToMicros = (credits: number): number => Math.round(credits * MICROS_PER_CREDIT);

/** Plain number of credits, e.g. 12.5; exact for every amount the ledger can hold. */
export const microsToCredits = (micros: number): number => micros / MICROS_PER_CREDIT;
