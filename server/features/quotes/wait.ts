// Purchases that wait for credits: each is a quote that is accepted by itself when they are there. So what waits has a
// price that holds, an address to follow it at, and one way of being bought.
import { inSavepoint, inTransaction, type Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { ApiError } from '../../http/errors.ts';
import {
  type ChargeLine,
  type Continuation,
  insufficientFunds,
  lockFunds,
  stopWaiting,
  tellCapRefusal,
  totalOf,
  waitForFunds,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { payLink } from '../payments/index.ts';
import { microsToCredits, type PriceBook } from '../price-book/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { quoteEvent } from './events.ts';
import {
  type Bought,
  type Buyer,
  isTax,
  type Quote,
  quoteLine,
  quoteStatus,
  type Sale,
  type Seller,
  WAITS_AS,
} from './quote.ts';
import { type AcceptedQuote, acceptQuote, assertOpen } from './sell.ts';
import { quoteInsert, quoteLock, quotesWaitingThrough, quoteUpdate } from './store.ts';
import type { WaitView } from './view.ts';

/** A price holds for so long without anybody paying. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;

/** What is bought once the wallet can pay for it. */
type Wanted = {
  buyer: Buyer;
  /** Its kind among those that can be quoted. */
  kind: string;
  body: unknown;
  book: PriceBook;
};

/**
 * Buys, or, when that is asked for and the wallet holds too little, writes the purchase down as a quote that waits. The
 * transaction is the one that `sale.buy` is meant for; `priced` is what `sale.price` said before it.
 */
export const buyOrWait = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'secrets' | 'settings'>,
  purchase: Wanted & { sale: Pick<Sale, 'buy'>; priced: readonly ChargeLine[]; waits: boolean },
  now: Date,
): Promise<{ lines: readonly ChargeLine[]; bought: Bought; waits: WaitView | null }> => {
  const { sale, priced, waits, buyer, kind, body, book } = purchase;
  if (!waits) return { ...(await sale.buy(tx, now)), waits: null };
  try {
    return { ...(await inSavepoint(tx, () => sale.buy(tx, now))), waits: null };
  } catch (error) {
    if (!isTooPoor(error)) throw error;
  }
  await holdWorkspace(tx, buyer.workspaceUid);
  const quote: Quote = {
    uid: newId(),
    teamUid: buyer.teamUid,
    workspaceUid: buyer.workspaceUid,
    kind,
    body,
    lines: priced.map(quoteLine),
    totalMicros: totalOf(priced),
    taxMicros: totalOf(priced.filter(isTax)),
    priceVersion: book.version,
    createdAt: now,
    expiresAt: now,
    acceptedAt: null,
    bought: null,
    keyUid: null,
    waitingSince: null,
    endedAt: null,
    endReason: null,
  };
  const waiting = waitingFrom(quote, buyer, now);
  await quoteInsert(tx, waiting);
  await beginWaiting(tx, waiting, now);
  return { lines: priced, bought: {}, waits: await waitView(tx, context, waiting) };
};

const isTooPoor = (error: unknown): boolean =>
  error instanceof ApiError && error.definition === insufficientFunds.definition;

const waitingFrom = (quote: Quote, { keyUid }: Buyer, now: Date): Quote => ({
  ...quote,
  keyUid,
  waitingSince: now,
  expiresAt: new Date(now.getTime() + LONGEST_WAIT_MS),
});

/** Buys a quote, or has it wait for credits when that is asked for and the wallet holds too little. */
export const acceptOrWait = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'secrets' | 'settings'>,
  accepted: AcceptedQuote,
  buyer: Buyer,
  waits: boolean,
  now: Date,
): Promise<{ quote: Quote; waits: WaitView | null }> => {
  try {
    const { bought } = await (waits ? inSavepoint(tx, () => accepted.buy(tx, now)) : accepted.buy(tx, now));
    return { quote: { ...accepted.quote, acceptedAt: now, bought }, waits: null };
  } catch (error) {
    if (!waits || !isTooPoor(error)) throw error;
  }
  await holdWorkspace(tx, buyer.workspaceUid);
  await lockFunds(tx, buyer.teamUid);
  const held = (await quoteLock(tx, buyer.workspaceUid, accepted.quote.uid))!;
  assertOpen(held, now);
  const waiting = held.waitingSince ? held : waitingFrom(held, buyer, now);
  if (!held.waitingSince) {
    await quoteUpdate(tx, waiting);
    await beginWaiting(tx, waiting, now);
  }
  return { quote: waiting, waits: await waitView(tx, context, waiting) };
};

const beginWaiting = async (tx: Tx, quote: Quote, now: Date): Promise<void> => {
  const { teamUid, workspaceUid, uid: subjectUid, totalMicros: amountMicros } = quote;
  await recordEvents(tx, [quoteEvent(quote, now)]);
  await waitForFunds(
    tx,
    { teamUid, workspaceUid, kind: WAITS_AS, subjectUid, amountMicros, urgent: false },
    now,
  );
};

const waitView = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'secrets' | 'settings'>,
  { uid, teamUid, totalMicros, expiresAt }: Quote,
): Promise<WaitView> => {
  const missing = microsToCredits(Math.max(0, totalMicros - (await walletMicros(tx, teamUid))));
  return {
    quote_uid: uid,
    missing_credits: missing,
    checkout_url: payLink(context, teamUid, missing),
    until: expiresAt.toISOString(),
  };
};

/** How a quote that waits is bought when its credits are there. One that cannot be bought any more ends with the reason. */
export const quoteContinuation =
  (sellers: Readonly<Record<string, Seller>>): Continuation =>
  async (context, { teamUid, workspaceUid, subjectUid: uid }) => {
    const buyer = { teamUid, workspaceUid: workspaceUid! };
    const accepted = await acceptQuote(context, buyer, uid, sellers).catch((error) => {
      if (error instanceof ApiError) return error;
      throw error;
    });
    return async (tx, now) => {
      const quote = await quoteLock(tx, buyer.workspaceUid, uid);
      if (!quote || quoteStatus(quote, now) !== 'waiting_for_funds') return;
      const end = async (error: ApiError): Promise<void> => {
        await endQuote(tx, quote, error.message, now);
      };
      if (accepted instanceof ApiError) return end(accepted);
      try {
        await inSavepoint(tx, () => accepted.buy(tx, now));
      } catch (error) {
        if (!(error instanceof ApiError) || isTooPoor(error)) throw error;
        await tellCapRefusal(tx, error);
        await end(error);
      }
    };
  };

/** Ends a quote that nobody will buy; it is locked. */
export const endQuote = async (tx: Tx, quote: Quote, reason: string, now: Date): Promise<Quote> => {
  const ended: Quote = { ...quote, endedAt: now, endReason: reason };
  await quoteUpdate(tx, ended);
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: quote.uid });
  await recordEvents(tx, [quoteEvent(ended, now)]);
  return ended;
};

/** Gives up what has waited for a week. Takes no input; any number of processes may run it. */
export const giveUpWaitingQuotes = async ({ db, clock }: FeatureContext): Promise<void> => {
  for (const { uid, workspaceUid, teamUid } of await quotesWaitingThrough(db, clock.now())) {
    await inTransaction(db, async (tx) => {
      const now = clock.now();
      await lockFunds(tx, teamUid);
      const quote = await quoteLock(tx, workspaceUid, uid);
      if (quote?.waitingSince && !quote.acceptedAt && !quote.endedAt) {
        await endQuote(tx, quote, 'no credits arrived within a week', now);
      }
    });
  }
};
