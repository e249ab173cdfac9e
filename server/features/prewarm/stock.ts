// A domain that the operator has warmed and sells, and what it costs.
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import type { PriceBook } from '../price-book/index.ts';

/** `reserved` from the moment somebody buys it until it is theirs; back to `for_sale` when they do not pay. */
export const stockStatuses = ['for_sale', 'reserved', 'sold', 'withdrawn'] as const;
export type StockStatus = (typeof stockStatuses)[number];

export type StockMailbox = { mailboxUid: string; username: string; firstName: string; lastName: string };

export type Stock = {
  uid: string;
  /** Of the operator who put it up. */
  teamUid: string;
  domainUid: string;
  domainName: string;
  platform: Platform;
  warmedSince: Date;
  /** How well it is warmed, in the operator's judgement: 0 to 100. */
  score: number;
  /** Null: as the price book says. */
  domainPriceMicros: number | null;
  mailboxPriceMicros: number | null;
  status: StockStatus;
  statusReason: string | null;
  mailboxes: StockMailbox[];
  createdAt: Date;
};

const WEEK_MS = 7 * 24 * 3_600_000;

/** Whole weeks. */
export const weeksWarmed = ({ warmedSince }: Pick<Stock, 'warmedSince'>, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - warmedSince.getTime()) / WEEK_MS));

/** The day from which something must have been warmed to have this age now. */
export const warmedBy = (weeks: number, now: Date): Date => new Date(now.getTime() - weeks * WEEK_MS);

type Priced = Pick<Stock, 'warmedSince' | 'domainPriceMicros' | 'mailboxPriceMicros'>;

/** Its own prices where it has them, else those of the price book for its age. */
export const pricesOf = (
  stock: Priced,
  { prewarm }: Pick<PriceBook, 'prewarm'>,
  now: Date,
): { domainMicros: number; mailboxMicros: number } => {
  const weeks = weeksWarmed(stock, now);
  // The first row begins with 0 weeks.
  const byAge = prewarm.mailboxes.findLast(({ minWeeks }) => minWeeks <= weeks)!;
  return {
    domainMicros: stock.domainPriceMicros ?? prewarm.domainMicros,
    mailboxMicros: stock.mailboxPriceMicros ?? byAge.priceMicros,
  };
};
