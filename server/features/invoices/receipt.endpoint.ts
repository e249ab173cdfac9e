// GET /billing/payments/{payment_uid}/receipt: what was paid, as a page to print, or as a PDF.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { findPayment, type Payment, paymentNotFound } from '../payments/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { buyerOf, buyerText } from './buyer.ts';
import { paymentNotPaid } from './errors.ts';
import { documentFile } from './file.ts';
import { printReceipt } from './receipt.ts';

const money = z.number().meta({ description: 'In `currency`' });

export const getReceipt = defineEndpoint<FeatureContext>()({
  operation: 'invoices.receipt',
  summary: 'Get receipt',
  description:
    'The receipt of one payment, made out to the invoice buyer of the team. What was given back since is on it, too. ' +
    'Credits are paid ahead: what was bought with them, and the taxes on it, is on the invoices.',
  method: 'GET',
  path: '/billing/payments/{payment_uid}/receipt',
  scope: 'team',
  params: z.strictObject({ payment_uid: uidToFind }),
  query: z.strictObject({ format: orAbsent(z.enum(['json', 'html', 'pdf'])) }),
  response: z.object({
    receipt: z
      .object({
        payment_uid: z.uuid(),
        paid_at: z.iso.datetime(),
        seller: z.string(),
        buyer: z.string(),
        currency: z.literal('usd'),
        lines: z.array(z.object({ description: z.string(), amount: money }).meta({ id: 'ReceiptLine' })),
        paid: money,
        refunded: money,
        disputed: money,
        credits: z.number().meta({ description: 'What the wallet got for it' }),
      })
      .meta({ id: 'Receipt' }),
  }),
  file: {
    types: ['text/html', 'application/pdf'],
    holds: 'with `format=html`: the receipt as a page to print; with `format=pdf`: on sheets of A4',
  },
  errors: [paymentNotFound, paymentNotPaid],
  async handle({ params, query, caller }, { db, settings }) {
    const payment = await findPayment(db, params.payment_uid);
    if (payment?.teamUid !== caller.teamId) throw paymentNotFound('Payment not found');
    const { paidAt } = payment;
    if (!paidAt) throw paymentNotPaid(`The payment is ${payment.status}, so there is no receipt`);
    const parties = {
      seller: settings.invoiceSeller,
      buyer: buyerText(await buyerOf(db, payment.teamUid)),
    };
    const printed = printReceipt({ ...payment, paidAt }, parties);
    return {
      message: 'Receipt retrieved successfully',
      [answerFile]: await documentFile(printed, query.format, `receipt-${payment.uid}`),
      receipt: {
        payment_uid: payment.uid,
        paid_at: paidAt.toISOString(),
        ...parties,
        currency: 'usd' as const,
        ...amountsOf(payment),
      },
    };
  },
});

const amountsOf = (payment: Payment) => ({
  lines: payment.lines.map(({ description, amountCents }) => ({ description, amount: amountCents / 100 })),
  paid: microsToCredits(payment.creditedMicros),
  refunded: payment.refundedCents / 100,
  disputed: payment.disputedCents / 100,
  credits: microsToCredits(payment.creditedMicros),
});
