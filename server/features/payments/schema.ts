// A payment as the API shows it.
import { z } from 'zod';
import { microsToCredits } from '../price-book/index.ts';
import { type Payment, paymentStatuses } from './payment.ts';

export const paymentShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    kind: z.enum(['checkout', 'top_up']),
    purpose: z
      .string()
      .meta({ description: '`credits`, or what goes on by itself when it is paid, such as `domains`' }),
    status: z.enum(paymentStatuses).meta({
      description: '`held` was paid in another currency and waits for the operator; the rest says itself',
    }),
    reason: z.string().nullable().meta({ description: 'Stable word for why it failed, or null' }),
    message: z.string().nullable(),
    amount: z.number().meta({ description: 'What is to be paid, in `currency`' }),
    currency: z.literal('usd'),
    credits: z.number().meta({ description: 'What the wallet got for it' }),
    refunded: z.number(),
    disputed: z.number(),
    lines: z.array(z.object({ description: z.string(), amount: z.number() })),
    session_id: z.string().nullable(),
    url: z.string().nullable().meta({ description: 'Where to pay, while it is open' }),
    workspace_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    paid_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Payment' });

export const paymentView = (payment: Payment): z.infer<typeof paymentShape> => ({
  uid: payment.uid,
  id: payment.uid,
  kind: payment.kind,
  purpose: payment.purchaseKind ?? 'credits',
  status: payment.status,
  reason: payment.reason,
  message: payment.message,
  amount: payment.amountCents / 100,
  currency: 'usd',
  credits: microsToCredits(payment.creditedMicros),
  refunded: payment.refundedCents / 100,
  disputed: payment.disputedCents / 100,
  lines: payment.lines.map(({ description, amountCents }) => ({ description, amount: amountCents / 100 })),
  session_id: payment.sessionId,
  url: payment.status === 'open' ? payment.url : null,
  workspace_id: payment.workspaceUid,
  created_at: payment.createdAt.toISOString(),
  expires_at: payment.expiresAt?.toISOString() ?? null,
  paid_at: payment.paidAt?.toISOString() ?? null,
});
