// A payment: money that comes from outside, at a vendor, and becomes credits in a team's wallet.
import type { PaymentLine } from '../../../providers/contracts/payments.ts';
import { creditsToMicros } from '../price-book/index.ts';

export const paymentStatuses = ['open', 'processing', 'succeeded', 'failed', 'expired', 'held'] as const;
/** `held` was paid in a way that nobody asked for (another currency): an operator has to look at it. */
export type PaymentStatus = (typeof paymentStatuses)[number];

export type Payment = {
  uid: string;
  teamUid: string;
  workspaceUid: string | null;
  /** `checkout` is paid by a person on a page, `top_up` from the stored method without one. */
  kind: 'checkout' | 'top_up';
  vendor: string;
  customerId: string;
  sessionId: string | null;
  url: string | null;
  lines: PaymentLine[];
  amountCents: number;
  status: PaymentStatus;
  reason: string | null;
  message: string | null;
  /** What goes on when it is paid, by its name in `roles/contract.ts`; null buys credits. */
  purchaseKind: string | null;
  vendorPaymentId: string | null;
  creditedMicros: number;
  reversedMicros: number;
  reversals: number;
  refundedCents: number;
  disputedCents: number;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date | null;
  paidAt: Date | null;
  askAt: Date | null;
};

const MICROS_PER_CENT = creditsToMicros(1) / 100;

export const centsToMicros = (cents: number): number => cents * MICROS_PER_CENT;

/** The fewest cents that pay for so many micro-credits; what is too much by rounding stays in the wallet. */
export const centsFor = (micros: number): number => Math.ceil(micros / MICROS_PER_CENT);

/** Whether anything can still come of it without somebody doing something new. */
export const isUnderWay = ({ status }: Pick<Payment, 'status'>): boolean =>
  status === 'open' || status === 'processing';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Cards can be disputed for so long (Visa and Mastercard rules, 2026: 120 days). */
const DISPUTABLE_MS = 121 * DAY_MS;

/**
 * When the vendor is asked again should no notice come: often while somebody may be paying, at the end of a checkout,
 * and once a day as long as a payment can be disputed.
 */
export const nextAsk = (
  { status, createdAt, expiresAt, paidAt }: Pick<Payment, 'status' | 'createdAt' | 'expiresAt' | 'paidAt'>,
  now: Date,
): Date | null => {
  const after = (ms: number) => new Date(now.getTime() + ms);
  switch (status) {
    case 'open':
    case 'processing': {
      const ageMs = now.getTime() - createdAt.getTime();
      const next = after(ageMs < 60 * MINUTE_MS ? MINUTE_MS : 10 * MINUTE_MS);
      return expiresAt && expiresAt > now && expiresAt < next ? expiresAt : next;
    }
    case 'succeeded':
      return now.getTime() - paidAt!.getTime() < DISPUTABLE_MS ? after(DAY_MS) : null;
    case 'expired': {
      // Somebody may have paid in the last moment, and the bank may take its time to say so.
      const overMs = now.getTime() - (expiresAt ?? createdAt).getTime();
      return overMs < 3 * DAY_MS ? after(6 * 60 * MINUTE_MS) : null;
    }
    case 'failed':
    case 'held':
      return null;
  }
};
