// What payments tell about.
import type { NewEvent } from '../events/index.ts';
import type { Payment } from './payment.ts';

/** `payment.succeeded`, `.failed`, `.expired`, `.refunded`, `.disputed`, `.dispute_won` or `.held`. */
export const paymentEvent = (
  payment: Payment,
  what: 'succeeded' | 'failed' | 'expired' | 'refunded' | 'disputed' | 'dispute_won' | 'held',
  occurredAt: Date,
  data: Record<string, unknown> = {},
): NewEvent => ({
  teamUid: payment.teamUid,
  workspaceUid: payment.workspaceUid,
  type: `payment.${what}`,
  subjectType: 'payment',
  subjectUid: payment.uid,
  data: {
    kind: payment.kind,
    amount: payment.amountCents / 100,
    currency: 'usd',
    reason: payment.reason,
    message: payment.message,
    ...data,
  },
  occurredAt,
});

/** `wallet.top_up_succeeded`, `.top_up_failed` or `.top_up_capped`. */
export const topUpEvent = (
  teamUid: string,
  what: 'succeeded' | 'failed' | 'capped',
  occurredAt: Date,
  data: Record<string, unknown>,
): NewEvent => ({
  teamUid,
  workspaceUid: null,
  type: `wallet.top_up_${what}`,
  subjectType: 'wallet',
  subjectUid: teamUid,
  data,
  occurredAt,
});
