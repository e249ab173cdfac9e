// Buying what a quote says: once, as quoted, or not at all.
import type { Tx } from '../../../database/database.ts';
import { type ChargeLine, lockFunds, stopWaiting } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { microsToCredits, pricesOfVersion } from '../price-book/index.ts';
import { quoteAccepted, quoteCancelled, quoteExpired, quoteNotFound, quoteOutdated } from './errors.ts';
import { quoteEvent } from './events.ts';
import {
  type Bought,
  type Buyer,
  lineChanges,
  type Quote,
  type QuoteLine,
  quoteStatus,
  type Seller,
  WAITS_AS,
} from './quote.ts';
import { quoteByUid, quoteLock, quoteUpdate } from './store.ts';
import { boughtView } from './view.ts';

/** Throws for a quote that cannot be bought any more. */
export const assertOpen = (quote: Quote, now: Date): void => {
  const status = quoteStatus(quote, now);
  if (status === 'accepted') {
    throw quoteAccepted('The quote was accepted before', {
      accepted_at: quote.acceptedAt!.toISOString(),
      bought: boughtView(quote.bought!),
    });
  }
  if (status === 'expired') {
    throw quoteExpired(`The quote expired at ${quote.expiresAt.toISOString()}`, {
      expired_at: quote.expiresAt.toISOString(),
    });
  }
  if (status === 'cancelled') {
    throw quoteCancelled(`The quote was cancelled: ${quote.endReason}`, {
      cancelled_at: quote.endedAt!.toISOString(),
    });
  }
};

export type AcceptedQuote = {
  quote: Quote;
  /** What it costs: what was quoted. */
  price(): Promise<QuoteLine[]>;
  /** For the transaction that buys. */
  buy(tx: Tx, now: Date): Promise<{ lines: ChargeLine[]; bought: Bought }>;
};

/**
 * Checks a quote and what it names, and asks the outside, before the transaction. `sellers` are those that may serve
 * it: a quote of another kind does not exist for the caller.
 */
export const acceptQuote = async (
  context: FeatureContext,
  /** Without a key: the one that has the quote wait. */
  buyer: Omit<Buyer, 'keyUid'> & { keyUid?: string },
  uid: string,
  sellers: Readonly<Record<string, Seller>>,
): Promise<AcceptedQuote> => {
  const quote = await quoteByUid(context.db, buyer.workspaceUid, uid);
  const seller = quote && sellers[quote.kind];
  if (!quote || !seller) throw quoteNotFound('Quote not found');
  assertOpen(quote, context.clock.now());
  const book = await pricesOfVersion(context.db, quote.priceVersion);
  const keyed = { ...buyer, keyUid: buyer.keyUid ?? quote.keyUid! };
  const sale = await seller.prepare(context, keyed, seller.body.parse(quote.body), book);
  return {
    quote,
    price: async () => quote.lines,
    async buy(tx, now) {
      // The wallet before the quote, as every purchase takes its locks: two acceptances at once wait for each other.
      await lockFunds(tx, buyer.teamUid);
      const held = await quoteLock(tx, buyer.workspaceUid, uid);
      if (!held) throw quoteNotFound('Quote not found');
      assertOpen(held, now);
      const { lines, bought } = await sale.buy(tx, now);
      const changes = lineChanges(quote.lines, lines);
      if (changes.length > 0) {
        throw quoteOutdated(`${changes[0]!.description}: no longer as it was quoted`, {
          changes: changes.map(({ description, quotedMicros, nowMicros }) => ({
            description,
            quoted_credits: quotedMicros === null ? null : microsToCredits(quotedMicros),
            credits: nowMicros === null ? null : microsToCredits(nowMicros),
          })),
        });
      }
      const accepted: Quote = { ...held, acceptedAt: now, bought };
      await quoteUpdate(tx, accepted);
      // What was waited for is told when it is there; who buys at once has the answer.
      if (held.waitingSince) {
        await stopWaiting(tx, { kind: WAITS_AS, subjectUid: uid });
        await recordEvents(tx, [quoteEvent(accepted, now)]);
      }
      return { lines, bought };
    },
  };
};
