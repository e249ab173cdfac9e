// Takes every warm-up a step on whose time has come: begins what waits for its mailbox, pays the next month, pauses what
// cannot be paid or whose mailbox stopped working, and ends what nobody paid for or whose mailbox has ended. Takes no input
// and acts on what is stored. Any number of processes may run it: a warm-up is locked while it is looked at, and when it
// is looked at again nothing is due any more.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { type Continuation, grossOf, lockFunds, waitForFunds, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { type Mailbox, mailboxByUid } from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { warmupRenewed, warmupUnpaid } from './events.ts';
import { lettersForget } from './letter-store.ts';
import { begin, cancel, hasEnded, later, pause, WAITS_AS, works } from './move.ts';
import { subscriptionLock, subscriptionsDue, subscriptionUpdate, termNotBegun } from './store.ts';
import type { Subscription } from './subscription.ts';
import { payMonth } from './terms.ts';

const MOST_AT_ONCE = 500;
/** More months than one warm-up can have missed; what remains is for the next look. */
const MOST_STEPS = 50;
/** After a step that went wrong. */
const AGAIN_AFTER_MS = 60 * 60_000;
const LETTERS_KEPT_MS = 90 * 24 * 60 * 60_000;

export const advanceWarmups = async (context: FeatureContext): Promise<void> => {
  const { db, clock } = context;
  const failed: unknown[] = [];
  for (const { uid, teamUid } of await subscriptionsDue(db, clock.now(), MOST_AT_ONCE)) {
    try {
      await advance(context, uid, teamUid);
    } catch (error) {
      // One that cannot be looked at must not keep the others from it.
      failed.push(error);
      const dueAt = later(clock.now(), AGAIN_AFTER_MS);
      await inTransaction(db, (tx) => subscriptionUpdate(tx, uid, { dueAt }, clock.now()));
    }
  }
  await lettersForget(db, later(clock.now(), -LETTERS_KEPT_MS));
  if (failed.length > 0) throw failed[0];
};

const advance = (context: FeatureContext, uid: string, teamUid: string): Promise<void> =>
  inTransaction(context.db, async (tx) => {
    const now = context.clock.now();
    await lockFunds(tx, teamUid);
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const subscription = await subscriptionLock(tx, uid);
      if (!subscription?.dueAt || subscription.dueAt > now) return;
      const mailbox = await mailboxByUid(tx, subscription.mailboxUid);
      if (!mailbox) throw new Error(`mailbox ${subscription.mailboxUid} does not exist`);
      await take(tx, context, subscription, mailbox, now);
    }
  });

const take = async (
  tx: Tx,
  context: FeatureContext,
  subscription: Subscription,
  mailbox: Mailbox,
  now: Date,
): Promise<void> => {
  if (hasEnded(mailbox)) return cancel(tx, subscription, mailbox, `the mailbox is ${mailbox.status}`, now);
  const { status, pausedFor, unpaidSince } = subscription;
  if (status === 'active') {
    if (!works(mailbox)) return pause(tx, subscription, mailbox, 'mailbox', now);
    return renew(tx, context, subscription, mailbox, now);
  }
  if (pausedFor === 'payment' && unpaidSince) {
    return cancel(tx, subscription, mailbox, 'its month was not paid', now);
  }
  const waitsForMailbox = status === 'pending' || pausedFor === 'mailbox';
  if (!waitsForMailbox || !subscription.beginsByItself) {
    return subscriptionUpdate(tx, subscription.uid, { dueAt: null }, now);
  }
  const { uid, paidUntil } = subscription;
  // Time that was left of a month may have run out while it waited.
  const isPaid = (paidUntil !== null && paidUntil > now) || (await termNotBegun(tx, uid)) !== null;
  if (works(mailbox) && !isPaid) return renew(tx, context, subscription, mailbox, now);
  const book = await currentPrices(tx);
  await begin(tx, subscription, mailbox, { book, keyUid: null }, now);
};

/** Pays the next month, or stops it and puts it into its team's line of those that wait for credits. */
const renew = async (
  tx: Tx,
  { settings }: FeatureContext,
  subscription: Subscription,
  mailbox: Mailbox,
  now: Date,
): Promise<void> => {
  const { teamUid, workspaceUid, paidUntil } = subscription;
  if (paidUntil !== null && paidUntil > now) {
    // It was looked at for its mailbox, which works.
    await begin(tx, subscription, mailbox, { book: await currentPrices(tx), keyUid: null }, now);
    return;
  }
  const book = await currentPrices(tx);
  const monthMicros = book.addOns.warmupMailboxMonthMicros;
  const amountMicros = await grossOf(tx, teamUid, book.version, monthMicros);
  if ((await walletMicros(tx, teamUid)) >= amountMicros) {
    return pay(tx, subscription, mailbox, now);
  }
  const endsAt = later(now, settings.renewals.suspendAfterMs);
  await pause(tx, subscription, mailbox, 'payment', now, { unpaidSince: now, dueAt: endsAt });
  await recordEvents(tx, [warmupUnpaid(subscription, mailbox.address, { amountMicros, endsAt }, now)]);
  const wait = { teamUid, workspaceUid, kind: WAITS_AS, subjectUid: subscription.uid };
  await waitForFunds(tx, { ...wait, amountMicros, urgent: true }, now);
};

/** Time that follows on what was paid, for one that goes on; else time from now on. */
const pay = async (tx: Tx, subscription: Subscription, mailbox: Mailbox, now: Date): Promise<void> => {
  const book = await currentPrices(tx);
  const { status, paidUntil } = subscription;
  const startsAt = status === 'active' && paidUntil ? paidUntil : now;
  const payer = { book, keyUid: null, startsAt };
  const { lines: _, ...paid } = await payMonth(tx, subscription, mailbox.address, payer, now);
  const term = { startsAt, endsAt: paid.paidUntil };
  await recordEvents(tx, [warmupRenewed(subscription, mailbox.address, term, now)]);
  if (status === 'active')
    return subscriptionUpdate(tx, subscription.uid, { ...paid, dueAt: paid.paidUntil }, now);
  await begin(tx, { ...subscription, ...paid }, mailbox, { book, keyUid: null }, now);
};

/** How a warm-up that was not paid goes on when the credits it waited for are there. */
export const warmupMonthPaid: Continuation =
  async (_context, { subjectUid }) =>
  async (tx, now) => {
    const subscription = await subscriptionLock(tx, subjectUid);
    // Ended, paused by its owner or paid since: it has left the line, and nothing is owed.
    if (!subscription?.unpaidSince || subscription.pausedFor !== 'payment') return;
    const mailbox = await mailboxByUid(tx, subscription.mailboxUid);
    if (!mailbox || hasEnded(mailbox)) return;
    if (works(mailbox)) return pay(tx, subscription, mailbox, now);
    await pause(tx, subscription, mailbox, 'mailbox', now, { unpaidSince: null, beginsByItself: true });
  };
