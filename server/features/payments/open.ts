// Opening a checkout: the vendor is asked first, and the payment is written with whatever it is for. A checkout that
// was opened and never written is paid by nobody: its address was never told.
import type { Db, Tx } from '../../../database/database.ts';
import type { PaymentLine } from '../../../providers/contracts/payments.ts';
import { isSandbox, teamName } from '../accounts/index.ts';
import { type ChargeLine, taxesOf } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { paymentsUnavailable } from './errors.ts';
import { centsFor, nextAsk, type Payment } from './payment.ts';
import { customerIdOf, customerInsert, paymentInsert } from './store.ts';

export type PaymentPlan = {
  uid: string;
  teamUid: string;
  workspaceUid: string | null;
  lines: PaymentLine[];
  purchaseKind: string | null;
  expiresAt: Date;
};

/** What is bought as its checkout shows it, taxes last. */
export const checkoutLines = (lines: readonly ChargeLine[]): PaymentLine[] =>
  [...lines.filter(({ purpose }) => purpose !== 'tax'), ...taxesOf(lines)].map(
    ({ description, amountMicros }) => ({ description, amountCents: centsFor(amountMicros) }),
  );

/** The vendor that takes a team's new payments. */
export const vendorOf = async (
  { providers }: Pick<FeatureContext, 'providers'>,
  db: Db,
  teamUid: string,
): Promise<string> => providers.paymentVendor({ sandbox: await isSandbox(db, teamUid) });

/** The vendor that takes new payments, and the team's id there. */
export const payingTeam = async (context: FeatureContext, teamUid: string) => {
  const { db, providers } = context;
  const vendor = await vendorOf(context, db, teamUid);
  const payments = providers.payments(vendor)!;
  const known = await customerIdOf(db, teamUid, vendor);
  const customerId =
    known ??
    (await vendorSays(async () =>
      payments.customer({ reference: teamUid, name: await teamName(db, teamUid) }),
    ));
  return { vendor, payments, customerId };
};

/** Opens the checkout at the vendor; writes nothing. */
export const openCheckout = async (context: FeatureContext, plan: PaymentPlan): Promise<Payment> => {
  const { clock } = context;
  const { vendor, payments, customerId } = await payingTeam(context, plan.teamUid);
  const now = clock.now();
  const checkout = await vendorSays(() =>
    payments.openCheckout({
      reference: plan.uid,
      customerId,
      lines: plan.lines,
      keepMethod: true,
      returnUrl: `${context.settings.publicUrl()}/billing`,
      expiresAt: plan.expiresAt,
    }),
  );
  const payment = {
    uid: plan.uid,
    teamUid: plan.teamUid,
    workspaceUid: plan.workspaceUid,
    kind: 'checkout',
    vendor,
    customerId,
    sessionId: checkout.sessionId,
    url: checkout.url,
    lines: plan.lines,
    amountCents: plan.lines.reduce((sum, line) => sum + line.amountCents, 0),
    status: 'open',
    reason: null,
    message: null,
    purchaseKind: plan.purchaseKind,
    vendorPaymentId: null,
    creditedMicros: 0,
    reversedMicros: 0,
    reversals: 0,
    refundedCents: 0,
    disputedCents: 0,
    createdAt: now,
    updatedAt: now,
    expiresAt: checkout.expiresAt,
    paidAt: null,
    askAt: null,
  } satisfies Payment;
  return { ...payment, askAt: nextAsk(payment, now) };
};

/** Writes an opened checkout down, in the transaction of what it is for. */
export const keepPayment = async (tx: Tx, payment: Payment): Promise<void> => {
  await customerInsert(tx, payment);
  await paymentInsert(tx, payment);
};

/** A vendor's failure as the answer of a request: nothing was charged, because nobody has paid yet. */
export const vendorSays = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    const failure = (error as { failure?: { message?: string } }).failure;
    if (!failure) throw error;
    throw paymentsUnavailable(`The payment could not be prepared: ${failure.message ?? 'no answer'}`);
  }
};
