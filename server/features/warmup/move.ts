// Beginning, pausing and ending a warm-up: the row, its money, its letters and its event change in one transaction. The
// caller holds `lockFunds` and the subscription.
import type { Tx } from '../../../database/database.ts';
import { type ChargeLine, stopWaiting } from '../billing/index.ts';
import { recordEvents } from '../events/index.ts';
import { isGoneMailbox, type Mailbox } from '../mailboxes/index.ts';
import type { PriceBook } from '../price-book/index.ts';
import { nextWindow } from './curve.ts';
import { warmupMoved } from './events.ts';
import { dropLetters } from './letter-store.ts';
import { type SubscriptionChange, subscriptionUpdate } from './store.ts';
import type { PausedFor, Subscription, WarmupStatus } from './subscription.ts';
import { beginMonth, giveMonthBack, payMonth } from './terms.ts';

/** As what an unpaid warm-up stands in its team's line of those that wait for credits. */
export const WAITS_AS = 'warmup';

/** A mailbox that sends and receives. */
export const works = ({ status }: Pick<Mailbox, 'status'>): boolean =>
  status === 'active' || status === 'renewal_failed' || status === 'scheduled_for_cancellation';

export const hasEnded = ({ status }: Pick<Mailbox, 'status'>): boolean => isGoneMailbox(status);

/** How long a pending or paused one waits until its mailbox is looked at again. */
export const LOOKS_AT_MAILBOX_EVERY_MS = 10 * 60_000;

export const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

/** When the day that comes next is planned: as its hours begin, or now when they have. */
export const planAtOf = ({ settings, plannedDay }: Subscription, now: Date): Date => {
  const window = nextWindow(settings, now);
  const { from } = window.day === plannedDay ? nextWindow(settings, window.until) : window;
  return from > now ? from : now;
};

const moved = async (
  tx: Tx,
  subscription: Subscription,
  mailbox: Pick<Mailbox, 'address'>,
  status: WarmupStatus,
  reason: string | null,
  change: SubscriptionChange,
  now: Date,
): Promise<void> => {
  await subscriptionUpdate(
    tx,
    subscription.uid,
    { ...change, status, statusReason: reason, statusSince: now },
    now,
  );
  if (status === subscription.status && reason === subscription.statusReason) return;
  await recordEvents(tx, [warmupMoved(subscription, mailbox.address, { status, reason }, now)]);
};

/**
 * Begins, or goes on: at once when the mailbox works, else when it does. Time that is paid is used up first; without any
 * the month that is set aside begins, or one is paid: its lines are the answer.
 *
 * @throws ApiError `insufficient_funds`
 */
export const begin = async (
  tx: Tx,
  subscription: Subscription,
  mailbox: Mailbox,
  payer: { book: PriceBook; keyUid: string | null },
  now: Date,
): Promise<ChargeLine[]> => {
  if (!works(mailbox)) {
    const reason = `the mailbox is ${mailbox.status}`;
    const dueAt = later(now, LOOKS_AT_MAILBOX_EVERY_MS);
    const waits = { beginsByItself: true, planAt: null, dueAt };
    if (subscription.startedAt === null) {
      await moved(tx, subscription, mailbox, 'pending', reason, { ...waits, pausedFor: null }, now);
    } else {
      await moved(tx, subscription, mailbox, 'paused', reason, { ...waits, pausedFor: 'mailbox' }, now);
    }
    return [];
  }
  const { lines, ...paid } = await paidMonth(tx, subscription, mailbox, payer, now);
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: subscription.uid });
  const change = {
    ...paid,
    domainName: mailbox.domainName,
    pausedFor: null,
    unpaidSince: null,
    startedAt: subscription.startedAt ?? now,
    dueAt: paid.paidUntil,
    planAt: planAtOf(subscription, now),
  };
  await moved(tx, subscription, mailbox, 'active', null, change, now);
  return lines;
};

const paidMonth = async (
  tx: Tx,
  subscription: Subscription,
  mailbox: Mailbox,
  payer: { book: PriceBook; keyUid: string | null },
  now: Date,
): Promise<SubscriptionChange & { paidUntil: Date; lines: ChargeLine[] }> => {
  const { paidUntil } = subscription;
  if (paidUntil !== null && paidUntil > now) return { paidUntil, lines: [] };
  const begun = await beginMonth(tx, subscription, now);
  if (begun) return { ...begun, lines: [] };
  return payMonth(tx, subscription, mailbox.address, { ...payer, startsAt: now }, now);
};

const pauses: Readonly<Record<PausedFor, string>> = {
  request: 'it was paused',
  payment: 'its month could not be paid: the wallet holds too little',
  mailbox: 'the mailbox does not work',
};

/** Stops it; letters it was to write or to get are not written. Pausing again changes nothing. */
export const pause = async (
  tx: Tx,
  subscription: Subscription,
  mailbox: Pick<Mailbox, 'address'>,
  pausedFor: PausedFor,
  now: Date,
  change: SubscriptionChange = {},
): Promise<void> => {
  if (subscription.status === 'paused' && subscription.pausedFor === pausedFor) {
    return subscriptionUpdate(tx, subscription.uid, change, now);
  }
  await dropLetters(tx, subscription.uid, pauses[pausedFor]);
  const dueAt = pausedFor === 'mailbox' ? later(now, LOOKS_AT_MAILBOX_EVERY_MS) : null;
  // What its owner paused waits for nobody's credits.
  if (pausedFor === 'request') await stopWaiting(tx, { kind: WAITS_AS, subjectUid: subscription.uid });
  await moved(
    tx,
    subscription,
    mailbox,
    'paused',
    pauses[pausedFor],
    {
      pausedFor,
      planAt: null,
      dueAt,
      beginsByItself: pausedFor !== 'request',
      ...(pausedFor === 'request' && { unpaidSince: null }),
      ...change,
    },
    now,
  );
};

/** Ends it. A month that has not begun is given back; what is left of one that has is kept, should it be added again. */
export const cancel = async (
  tx: Tx,
  subscription: Subscription,
  mailbox: Pick<Mailbox, 'address'>,
  reason: string,
  now: Date,
): Promise<void> => {
  await dropLetters(tx, subscription.uid, 'its warm-up was cancelled');
  await giveMonthBack(tx, subscription, reason, now);
  await stopWaiting(tx, { kind: WAITS_AS, subjectUid: subscription.uid });
  const change = { pausedFor: null, unpaidSince: null, beginsByItself: false, planAt: null, dueAt: null };
  await moved(tx, subscription, mailbox, 'cancelled', reason, change, now);
};
