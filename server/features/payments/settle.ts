// What became of a payment, whoever asks: a notice, a person, the job that missed a notice. The vendor is asked, and
// the difference to what is stored is booked in one transaction. Doing it again, at once or in another order, changes
// nothing: the stored payment says what was booked.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { CURRENCY, type VendorPayment } from '../../../providers/contracts/payments.ts';
import { ApiError } from '../../http/errors.ts';
import { addCredits, type Continuation, insufficientFunds, takeCreditsBack } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { paymentEvent } from './events.ts';
import { centsToMicros, isUnderWay, nextAsk, type Payment } from './payment.ts';
import { paymentByUid, paymentLock, paymentUpdate } from './store.ts';

/** A purchase that is paid for by checkout. */
export type CheckoutPurchase = {
  /** Goes on in the transaction that books the credits; `subjectUid` is the payment's uid. */
  paid: Continuation;
  /** Gives the purchase up, because it was not paid in time or cannot be bought any more. */
  unpaid(tx: Tx, context: FeatureContext, paymentUid: string, reason: string, now: Date): Promise<void>;
};
export type CheckoutPurchases = Readonly<Record<string, CheckoutPurchase>>;

type Proceed = Awaited<ReturnType<Continuation>>;

/** Asks the vendor and books what changed; answers the payment as it is then, or null when there is none. */
export const settlePayment = async (
  context: FeatureContext,
  purchases: CheckoutPurchases,
  uid: string,
): Promise<Payment | null> => {
  const { db, providers } = context;
  const payment = await paymentByUid(db, uid);
  const vendor = payment && providers.payments(payment.vendor);
  if (!vendor) return payment;
  const seen = await vendor.findPayment({
    reference: uid,
    customerId: payment.customerId,
    sessionId: payment.sessionId,
    askedAt: payment.createdAt,
  });
  return seen ? settle(context, purchases, payment, seen) : payment;
};

const settle = async (
  context: FeatureContext,
  purchases: CheckoutPurchases,
  payment: Payment,
  seen: VendorPayment,
): Promise<Payment> => {
  const { db, clock } = context;
  const purchase = payment.purchaseKind === null ? null : purchases[payment.purchaseKind]!;
  const isNews = seen.status === 'succeeded' && isUnderWay(payment) && purchase !== null;
  const proceed = isNews ? await purchase.paid(context, waitOf(payment)) : null;
  const book = (goOn: Proceed | null) =>
    inTransaction(db, async (tx) => {
      const now = clock.now();
      const before = (await paymentLock(tx, payment.uid))!;
      const after = await bookDifference(tx, before, seen, now);
      if (purchase && isUnderWay(before) && !isUnderWay(after)) {
        if (after.status === 'succeeded' && goOn && after.creditedMicros >= waitOf(after).amountMicros) {
          await goOn(tx, now);
        } else {
          await purchase.unpaid(tx, context, payment.uid, whyNot(after), now);
        }
      }
      return after;
    });
  try {
    return await book(proceed);
  } catch (error) {
    // The credits went into a debt, say: what was paid is in the wallet, and the purchase is off.
    if (!(error instanceof ApiError && error.definition === insufficientFunds.definition)) throw error;
    return book(null);
  }
};

const waitOf = (payment: Payment) => ({
  teamUid: payment.teamUid,
  workspaceUid: payment.workspaceUid!,
  kind: payment.purchaseKind!,
  subjectUid: payment.uid,
  amountMicros: centsToMicros(payment.amountCents),
  urgent: false,
});

const whyNot = ({ status }: Payment): string =>
  status === 'succeeded' || status === 'held'
    ? 'the payment did not cover the purchase; what was paid is in the wallet'
    : 'it was not paid in time';

/** Books what the vendor says beyond what is stored. The payment is locked. */
export const bookDifference = async (
  tx: Tx,
  before: Payment,
  seen: VendorPayment,
  now: Date,
): Promise<Payment> => {
  let after: Payment = { ...before, vendorPaymentId: seen.vendorId ?? before.vendorPaymentId };
  if (seen.status === 'succeeded' && before.status !== 'succeeded' && before.status !== 'held') {
    after = await bookSuccess(tx, after, seen, now);
  } else if (isUnderWay(before) && (seen.status === 'expired' || seen.status === 'failed')) {
    const { reason, message } = seen.failure ?? { reason: seen.status, message: null };
    after = { ...after, status: seen.status, reason, message };
    await recordEvents(tx, [paymentEvent(after, seen.status, now)]);
  } else if (isUnderWay(before)) {
    after = { ...after, status: seen.status === 'processing' ? 'processing' : before.status };
    if (seen.failure && seen.failure.message !== before.message) {
      after = { ...after, reason: seen.failure.reason, message: seen.failure.message };
      await recordEvents(tx, [paymentEvent(after, 'failed', now, { can_be_tried_again: true })]);
    }
  }
  after = await bookReversals(tx, after, seen, now);
  after = { ...after, updatedAt: now, askAt: nextAsk(after, now) };
  await paymentUpdate(tx, after);
  return after;
};

const bookSuccess = async (tx: Tx, payment: Payment, seen: VendorPayment, now: Date): Promise<Payment> => {
  if (seen.currency !== CURRENCY) {
    const held: Payment = {
      ...payment,
      status: 'held',
      reason: 'wrong_currency',
      message: `It was paid in ${seen.currency.toUpperCase()} and not in ${CURRENCY.toUpperCase()}; nothing was credited.`,
    };
    await recordEvents(tx, [paymentEvent(held, 'held', now)]);
    return held;
  }
  // What was really paid is credited, whatever was asked for, also when it came after the time was over.
  const paid: Payment = {
    ...payment,
    status: 'succeeded',
    reason: seen.amountCents === payment.amountCents ? null : 'other_amount',
    message: seen.amountCents === payment.amountCents ? null : 'Another amount was paid than was asked for.',
    creditedMicros: centsToMicros(seen.amountCents),
    paidAt: now,
  };
  await recordEvents(tx, [paymentEvent(paid, 'succeeded', now, { paid: seen.amountCents / 100 })]);
  await addCredits(tx, {
    teamUid: paid.teamUid,
    amountMicros: paid.creditedMicros,
    key: `payment:${paid.uid}`,
    description: paid.kind === 'top_up' ? 'Automatic top-up' : 'Credits paid by checkout',
    reference: { type: 'payment', uid: paid.uid },
    now,
  });
  return paid;
};

/** Refunds and disputes take their credits back, and a dispute that is won brings them again. */
const bookReversals = async (tx: Tx, payment: Payment, seen: VendorPayment, now: Date): Promise<Payment> => {
  if (payment.status !== 'succeeded') return payment;
  const { refundedCents, disputedCents } = seen;
  const targetMicros = Math.min(centsToMicros(refundedCents + disputedCents), payment.creditedMicros);
  const differenceMicros = targetMicros - payment.reversedMicros;
  const what =
    refundedCents > payment.refundedCents
      ? 'refunded'
      : disputedCents > payment.disputedCents
        ? 'disputed'
        : disputedCents < payment.disputedCents
          ? 'dispute_won'
          : null;
  if (!what) return payment;
  const reversals = payment.reversals + 1;
  const movement = {
    teamUid: payment.teamUid,
    key: `payment:${payment.uid}:${reversals}`,
    reference: { type: 'payment', uid: payment.uid },
  };
  let debtMicros = 0;
  if (differenceMicros > 0) {
    const description = what === 'refunded' ? 'Payment refunded' : 'Payment disputed';
    ({ debtMicros } = await takeCreditsBack(tx, {
      ...movement,
      amountMicros: differenceMicros,
      description,
      at: now,
    }));
  } else if (differenceMicros < 0) {
    await addCredits(tx, {
      ...movement,
      amountMicros: -differenceMicros,
      description: 'Dispute decided for you',
      now,
    });
  }
  const after = { ...payment, reversals, refundedCents, disputedCents, reversedMicros: targetMicros };
  const data = { refunded: refundedCents / 100, disputed: disputedCents / 100 };
  await recordEvents(tx, [
    paymentEvent(after, what, now, { ...data, debt: debtMicros / centsToMicros(100) }),
  ]);
  return after;
};
