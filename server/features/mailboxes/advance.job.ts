// Takes every mailbox a step on whose time has come: reminds, renews, gives up, suspends, ends, archives, erases. Takes
// no input and acts on what is stored. Any number of processes may run it: a mailbox is locked while it is looked at,
// and when it is looked at again nothing is due any more.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { lockFunds, stopWaiting, waitForFunds, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxesDue } from './due.ts';
import { endNow, WAITS_AS } from './ending.ts';
import { startErasing } from './erase.workflow.ts';
import { renewalReminder, renewalUnpaid } from './events.ts';
import { type LifeStep, nextDue } from './lifecycle.ts';
import type { Mailbox } from './mailbox.ts';
import { moveMailbox } from './move.ts';
import { renewMonth } from './reactivation.ts';
import { startSettling } from './settle.workflow.ts';
import { mailboxLock, mailboxUpdate } from './store.ts';
import { freeSeatsOf, monthPrice } from './terms.ts';

const MOST_AT_ONCE = 500;
/** More steps than one mailbox can have missed; what remains is for the next look. */
const MOST_STEPS = 50;

export const advanceMailboxes = async (context: FeatureContext): Promise<void> => {
  const failed: unknown[] = [];
  for (;;) {
    const due = await mailboxesDue(context.db, context.clock.now(), MOST_AT_ONCE);
    // One that cannot be looked at must not keep the others from it.
    for (const mailbox of due) await advance(context, mailbox).catch((error) => failed.push(error));
    if (due.length < MOST_AT_ONCE || failed.length > 0) break;
  }
  if (failed.length > 0) throw failed[0];
};

const advance = (
  context: FeatureContext,
  { uid, teamUid }: Pick<Mailbox, 'uid' | 'teamUid'>,
): Promise<void> =>
  inTransaction(context.db, async (tx) => {
    const now = context.clock.now();
    await lockFunds(tx, teamUid);
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const mailbox = await mailboxLock(tx, uid);
      if (!mailbox?.dueAt || mailbox.dueAt > now) return;
      const due = nextDue(mailbox, context.settings.renewals);
      if (!due || due.at > now) return mailboxUpdate(tx, uid, { dueAt: due?.at ?? null }, mailbox.updatedAt);
      await take[due.step](tx, context, mailbox, now);
    }
  });

type Take = (tx: Tx, context: FeatureContext, mailbox: Mailbox, now: Date) => Promise<void>;

const take: Readonly<Record<LifeStep, Take>> = {
  async remind(tx, _context, mailbox, now) {
    await mailboxUpdate(tx, mailbox.uid, { remindedAt: now }, now);
    await recordEvents(tx, [renewalReminder(mailbox, now)]);
  },

  async renew(tx, context, mailbox, now) {
    const { grossMicros: amountMicros } = await monthPrice(tx, mailbox, now);
    if ((await walletMicros(tx, mailbox.teamUid)) >= amountMicros) return renewMonth(tx, mailbox, now);
    await unpaid(tx, context, mailbox, amountMicros, now);
  },

  async giveUp(tx, _context, mailbox, now) {
    const statusReason = 'its renewal could not be paid: the wallet holds too little';
    if (mailbox.status !== 'active') return mailboxUpdate(tx, mailbox.uid, { renewalStatus: 'failed' }, now);
    await moveMailbox(tx, mailbox.uid, 'renewal_failed', now, { renewalStatus: 'failed', statusReason });
  },

  async suspend(tx, context, mailbox, now) {
    await moveMailbox(tx, mailbox.uid, 'suspended', now, {
      suspendedFor: 'payment',
      renewalStatus: 'failed',
      statusReason: 'its renewal was not paid; it comes back by itself when the wallet holds enough',
    });
    await startSettling(tx, context, mailbox, now);
  },

  end: (tx, context, mailbox, now) =>
    endNow(tx, context, mailbox, 'it was cancelled, and its term is over', now),

  async freeSeat(tx, _context, mailbox, now) {
    await freeSeatsOf(tx, mailbox.uid, now);
    await mailboxUpdate(tx, mailbox.uid, { seatUntil: null }, now);
  },

  async archive(tx, context, mailbox, now) {
    const statusReason = 'its mail is kept for a while; reactivate it to have it back';
    await moveMailbox(tx, mailbox.uid, 'archived', now, {
      statusReason,
      suspendedFor: null,
      nextTryAt: null,
    });
    await stopWaiting(tx, { kind: WAITS_AS, subjectUid: mailbox.uid });
    await freeSeatsOf(tx, mailbox.uid, now);
    await startSettling(tx, context, mailbox, now);
  },

  erase: (tx, context, mailbox, now) => startErasing(tx, context, mailbox, now),
};

/** Notes that the month could not be paid, and puts the mailbox into its team's line of those that wait for credits. */
const unpaid = async (
  tx: Tx,
  { settings }: FeatureContext,
  mailbox: Mailbox,
  amountMicros: number,
  now: Date,
): Promise<void> => {
  const { retryEveryMs, suspendAfterMs } = settings.renewals;
  const unpaidSince = mailbox.unpaidSince ?? now;
  const nextTryAt = new Date(now.getTime() + retryEveryMs);
  const renewalStatus = mailbox.renewalStatus === 'failed' && mailbox.unpaidSince ? 'failed' : 'pending';
  await mailboxUpdate(tx, mailbox.uid, { unpaidSince, nextTryAt, renewalStatus }, now);
  const suspendsAt = new Date(unpaidSince.getTime() + suspendAfterMs);
  await recordEvents(tx, [renewalUnpaid(mailbox, { amountMicros, nextTryAt, suspendsAt }, now)]);
  const { teamUid, workspaceUid, uid: subjectUid } = mailbox;
  await waitForFunds(
    tx,
    { teamUid, workspaceUid, kind: WAITS_AS, subjectUid, amountMicros, urgent: true },
    now,
  );
};
