// Tops a wallet up from the stored payment method, once. Which run may do so is noted in the wallet's settings when it
// is started (`noticeSpending`), so a team never has two under way.
//
// Durable because it takes real money without anybody watching: the payment is written down before the vendor is
// asked, a vendor whose answer got lost is asked what became of it and never told to charge again before that, and the
// credits are booked under the payment's own key, whoever learns of it first.
import { inTransaction } from '../../../database/database.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { VendorPayment } from '../../../providers/contracts/payments.ts';
import { defineWorkflow, type FoundOutcome } from '../../../workflow/definition.ts';
import { Failed, publicReason } from '../../../workflow/failure.ts';
import { lockFunds, walletMicros, walletSettings, walletSettingsUpdate } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { FEWEST_CREDITS } from './credits.ts';
import { paymentEvent, topUpEvent } from './events.ts';
import { vendorOf } from './open.ts';
import { centsFor, centsToMicros, isUnderWay, nextAsk, type Payment } from './payment.ts';
import { bookDifference } from './settle.ts';
import {
  customerIdOf,
  paymentByUid,
  paymentInsert,
  paymentLock,
  paymentUpdate,
  toppedUpSince,
} from './store.ts';

type Args = { teamUid: string; runUid: string };

/** Cards are settled at once; a bank may take its time. */
const BANK_POLL_MS = [5_000, 30_000, 60_000, 600_000, 3_600_000];
const HOUR_MS = 3_600_000;
/** How long a wallet waits after being declined once, twice, … in a row. */
const BACK_OFF_MS = [HOUR_MS, 4 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS];

export const topUp = defineWorkflow({
  name: 'payments.top-up',
  steps: {
    plan: {
      does: 'decides how much, and writes the payment down',
      run: plan,
      undo: null,
      irreversibleBecause: 'onFailure says of the payment why it was not made',
    },
    charge: {
      does: 'charges the stored payment method',
      run: charge,
      undo: null,
      irreversibleBecause: 'what was paid is booked, if not here then by reconcile.job.ts',
      canEndUnknown: true,
      findOutcome: findCharge,
    },
    lookUp: {
      does: 'asks whether the bank has finished',
      run: lookUp,
      undo: null,
      irreversibleBecause: 'it only asks',
    },
    book: {
      does: 'credits the wallet and ends the run',
      run: book,
      undo: null,
      irreversibleBecause: 'it is the last step',
    },
  },

  async run(flow, input: Args) {
    if (!(await flow.step('plan', input))) return;
    let payment = await flow.step('charge', input);
    for (let asked = 0; payment.status === 'processing'; asked += 1) {
      await flow.sleep(BANK_POLL_MS[asked] ?? BANK_POLL_MS.at(-1)!);
      payment = await flow.step('lookUp', input).catch(whileItCannotBeAsked(payment));
    }
    await flow.step('book', { ...input, payment });
  },

  onFailure: ({ db, clock }, { input, failure }) =>
    inTransaction(db, async (tx) => {
      const { teamUid, runUid } = input;
      await lockFunds(tx, teamUid);
      const settings = await walletSettings(tx, teamUid);
      if (settings.topUpRun !== runUid) return;
      const now = clock.now();
      const failures = settings.topUpFailures + 1;
      const waitMs = BACK_OFF_MS[failures - 1] ?? BACK_OFF_MS.at(-1)!;
      const topUpNotBefore = new Date(now.getTime() + waitMs);
      await walletSettingsUpdate(
        tx,
        teamUid,
        { topUpRun: null, topUpFailures: failures, topUpNotBefore },
        now,
      );
      const payment = await paymentLock(tx, runUid);
      if (payment && isUnderWay(payment)) {
        // Once the vendor was asked only the vendor's word ends the payment; it is asked again by reconcile.job.ts.
        const refused = failure.step === 'charge' && failure.kind !== 'unexpected';
        const after: Payment = {
          ...payment,
          ...(refused && { status: 'failed', reason: failure.reason ?? failure.kind }),
          message: publicReason(failure),
          updatedAt: now,
        };
        await paymentUpdate(tx, { ...after, askAt: nextAsk(after, now) });
        if (refused) await recordEvents(tx, [paymentEvent(after, 'failed', now)]);
      }
      await recordEvents(tx, [
        topUpEvent(teamUid, 'failed', now, {
          payment_uid: payment?.uid ?? null,
          reason: failure.reason ?? failure.kind,
          message: publicReason(failure),
          failures_in_a_row: failures,
          next_attempt_at: topUpNotBefore.toISOString(),
        }),
      ]);
    }),
});

const whileItCannotBeAsked = (known: VendorPayment) => (error: unknown) => {
  if (error instanceof Failed) return known;
  throw error;
};

/** Answers false when there is nothing to do any more: switched off, filled up otherwise, or the cap is reached. */
async function plan({ db, clock, providers }: FeatureContext, { teamUid, runUid }: Args): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await lockFunds(tx, teamUid);
    const settings = await walletSettings(tx, teamUid);
    if (settings.topUpRun !== runUid) return false;
    if (await paymentByUid(tx, runUid)) return true;
    const now = clock.now();
    const { autoTopUp } = settings;
    const missingMicros = autoTopUp ? autoTopUp.belowMicros - (await walletMicros(tx, teamUid)) : 0;
    if (!settings.autoTopUpEnabled || !autoTopUp || missingMicros <= 0) {
      await walletSettingsUpdate(tx, teamUid, { topUpRun: null }, now);
      return false;
    }
    // As often the amount as it takes to be above the mark again, in one charge.
    const wantedCents = centsFor(autoTopUp.addMicros * Math.ceil(missingMicros / autoTopUp.addMicros));
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
    const usedCents = await toppedUpSince(tx, teamUid, month);
    const { monthlyCapMicros } = autoTopUp;
    const capCents = monthlyCapMicros === null ? Number.POSITIVE_INFINITY : centsFor(monthlyCapMicros);
    const amountCents = Math.min(wantedCents, capCents - usedCents);
    if (amountCents < FEWEST_CREDITS * 100) {
      const topUpNotBefore = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
      await walletSettingsUpdate(tx, teamUid, { topUpRun: null, topUpNotBefore }, now);
      await recordEvents(tx, [
        topUpEvent(teamUid, 'capped', now, {
          monthly_cap: capCents / 100,
          topped_up_this_month: usedCents / 100,
          next_attempt_at: topUpNotBefore.toISOString(),
        }),
      ]);
      return false;
    }
    const vendor = await vendorOf({ providers }, tx, teamUid);
    const customerId = await customerIdOf(tx, teamUid, vendor);
    if (!customerId) throw rejected('No payment method is stored.', 'no_stored_method');
    const payment = planned({ teamUid, runUid, vendor, customerId, amountCents, now });
    await paymentInsert(tx, payment);
    return true;
  });
}

const planned = (given: {
  teamUid: string;
  runUid: string;
  vendor: string;
  customerId: string;
  amountCents: number;
  now: Date;
}): Payment => {
  const { runUid: uid, teamUid, vendor, customerId, amountCents, now } = given;
  const lines = [{ description: 'Automatic top-up', amountCents }];
  const payment = {
    ...{ uid, teamUid, vendor, customerId, amountCents, lines, workspaceUid: null, kind: 'top_up' as const },
    ...{ sessionId: null, url: null, status: 'processing' as const, reason: null, message: null },
    ...{ purchaseKind: null, vendorPaymentId: null, creditedMicros: 0, reversedMicros: 0, reversals: 0 },
    ...{ refundedCents: 0, disputedCents: 0, createdAt: now, updatedAt: now, expiresAt: null, paidAt: null },
  };
  return { ...payment, askAt: nextAsk(payment, now) };
};

const planOf = async ({ db, providers }: FeatureContext, runUid: string) => {
  const payment = (await paymentByUid(db, runUid))!;
  const vendor = providers.payments(payment.vendor);
  if (!vendor) throw rejected(`The payment vendor ${payment.vendor} is not set up any more.`, 'no_vendor');
  return { payment, vendor };
};

async function charge(context: FeatureContext, { runUid }: Args): Promise<VendorPayment> {
  const { payment, vendor } = await planOf(context, runUid);
  const { customerId, amountCents } = payment;
  return vendor.charge({ reference: runUid, customerId, amountCents, description: 'Automatic top-up' });
}

const findCharged = async (context: FeatureContext, runUid: string): Promise<VendorPayment | null> => {
  const { payment, vendor } = await planOf(context, runUid);
  const { customerId, sessionId, createdAt: askedAt } = payment;
  return vendor.findPayment({ reference: runUid, customerId, sessionId, askedAt });
};

async function findCharge(context: FeatureContext, { runUid }: Args): Promise<FoundOutcome<VendorPayment>> {
  const found = await findCharged(context, runUid);
  if (!found) return { outcome: 'didNotHappen' };
  // What was declined is charged again under the same reference, which is declined again and says why.
  return found.status === 'failed' ? { outcome: 'didNotHappen' } : { outcome: 'happened', result: found };
}

async function lookUp(context: FeatureContext, { runUid }: Args): Promise<VendorPayment> {
  const found = await findCharged(context, runUid);
  if (!found) throw rejected('The vendor does not know the payment any more.', 'payment_gone');
  return found;
}

async function book(
  { db, clock }: FeatureContext,
  { teamUid, runUid, payment: seen }: Args & { payment: VendorPayment },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    await lockFunds(tx, teamUid);
    const payment = await bookDifference(tx, (await paymentLock(tx, runUid))!, seen, now);
    const settings = await walletSettings(tx, teamUid);
    if (settings.topUpRun !== runUid) return;
    if (payment.status !== 'succeeded') {
      throw rejected(
        seen.failure?.message ?? 'The payment failed.',
        seen.failure?.reason ?? 'payment_failed',
      );
    }
    const change = { topUpRun: null, topUpFailures: 0, topUpNotBefore: null };
    await walletSettingsUpdate(tx, teamUid, change, now);
    await recordEvents(tx, [
      topUpEvent(teamUid, 'succeeded', now, {
        payment_uid: runUid,
        credits: payment.creditedMicros / centsToMicros(100),
        credits_remaining: (await walletMicros(tx, teamUid)) / centsToMicros(100),
      }),
    ]);
  });
}
