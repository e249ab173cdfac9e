// A quote: a purchase that was priced and not made. It is kept with the price book's version, and bought from that.
import type { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import type { ChargeLine } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import type { PriceBook } from '../price-book/index.ts';

/** As what a quote stands in its team's line of those that wait for credits. */
export const WAITS_AS = 'quote';

/** Who buys. */
export type Buyer = { teamUid: string; workspaceUid: string; keyUid: string };

/** What was made: its order, or its domains, mailboxes and renewals. */
export type Bought = {
  orderUid?: string;
  prewarmOrderUid?: string;
  domainUids?: string[];
  mailboxUids?: string[];
};

/** A purchase that is checked and priced, ready to be made or to be left. */
export type Sale = {
  /** The lines, after every check but whether it can be paid; writes nothing. */
  price(): Promise<ChargeLine[]>;
  /** Makes it, all or nothing, in the caller's transaction. */
  buy(tx: Tx, now: Date): Promise<{ lines: ChargeLine[]; bought: Bought }>;
};

/** One kind of purchase that can be quoted. */
export type Seller<Body extends z.ZodObject = z.ZodObject> = {
  /** As the purchase itself takes it, without `dry_run`. */
  body: Body;
  /** Checks the purchase and asks the outside, before any transaction. */
  prepare(context: FeatureContext, buyer: Buyer, body: z.output<Body>, book: PriceBook): Promise<Sale>;
};

export type QuoteLine = { description: string; amountMicros: number; purpose?: 'tax' };

/** A line as a quote keeps it: what it is for was only of interest before, but for taxes. */
export const quoteLine = ({ description, amountMicros, purpose }: ChargeLine): QuoteLine => ({
  description,
  amountMicros,
  ...(purpose === 'tax' && { purpose }),
});

export const isTax = ({ purpose }: { purpose?: string }): boolean => purpose === 'tax';

export type Quote = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  kind: string;
  /** What was asked for, as it was sent. */
  body: unknown;
  lines: QuoteLine[];
  totalMicros: number;
  taxMicros: number;
  priceVersion: number;
  createdAt: Date;
  expiresAt: Date;
  acceptedAt: Date | null;
  bought: Bought | null;
  /** The key that has it wait for credits, and since when; null for one that waits for nobody. */
  keyUid: string | null;
  waitingSince: Date | null;
  /** When it was cancelled or given up, and why. */
  endedAt: Date | null;
  endReason: string | null;
};

export const quoteStatuses = ['open', 'waiting_for_funds', 'accepted', 'expired', 'cancelled'] as const;
export type QuoteStatus = (typeof quoteStatuses)[number];

export const quoteStatus = (
  { acceptedAt, endedAt, expiresAt, waitingSince }: Quote,
  now: Date,
): QuoteStatus => {
  if (acceptedAt) return 'accepted';
  if (endedAt) return 'cancelled';
  if (expiresAt <= now) return 'expired';
  return waitingSince ? 'waiting_for_funds' : 'open';
};

/** Lines that cost something else now, or are there only once; null where there is none. */
export const lineChanges = (
  quoted: readonly Omit<QuoteLine, 'purpose'>[],
  now: readonly Omit<QuoteLine, 'purpose'>[],
): { description: string; quotedMicros: number | null; nowMicros: number | null }[] => {
  const length = Math.max(quoted.length, now.length);
  return Array.from({ length }, (_, index) => [quoted[index], now[index]] as const).flatMap(([was, is]) =>
    was?.description === is?.description && was?.amountMicros === is?.amountMicros
      ? []
      : [
          {
            description: (is ?? was)!.description,
            quotedMicros: was?.amountMicros ?? null,
            nowMicros: is?.amountMicros ?? null,
          },
        ],
  );
};
