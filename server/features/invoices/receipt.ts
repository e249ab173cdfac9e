// What stands on the receipt of a payment, whatever it is printed on.
import type { Payment } from '../payments/index.ts';
import { creditsToMicros } from '../price-book/index.ts';
import { labels, type PrintedDocument, printAmount, printDay } from './print.ts';

const MICROS_PER_CENT = creditsToMicros(0.01);

export const printReceipt = (
  payment: Pick<
    Payment,
    'uid' | 'lines' | 'amountCents' | 'creditedMicros' | 'refundedCents' | 'disputedCents'
  > & { paidAt: Date },
  parties: { seller: string; buyer: string },
): PrintedDocument => {
  const day = printDay(payment.paidAt);
  const cents = (amountCents: number) => printAmount(amountCents * MICROS_PER_CENT);
  // What was paid counts, which need not be what was asked for.
  const otherCents = payment.creditedMicros / MICROS_PER_CENT - payment.amountCents;
  const paid = printAmount(payment.creditedMicros);
  const given = (description: string, amountCents: number): [string, string][] =>
    amountCents > 0 ? [[description, cents(-amountCents)]] : [];
  const back = [...given('Refunded', payment.refundedCents), ...given('Disputed', payment.disputedCents)];
  const kept = payment.creditedMicros - (payment.refundedCents + payment.disputedCents) * MICROS_PER_CENT;
  return {
    title: `Receipt ${payment.uid}`,
    ...parties,
    period: `Paid ${day}. Credits for the wallet; what was bought with them is on the invoices.`,
    columns: { day: 'Day', description: 'For', amount: 'USD' },
    rows: [
      ...payment.lines.map(({ description, amountCents }) => ({
        day,
        description,
        amount: cents(amountCents),
      })),
      ...(otherCents === 0
        ? []
        : [{ day, description: 'Another amount was paid than was asked for', amount: cents(otherCents) }]),
    ],
    totals:
      back.length > 0
        ? [[labels.paid, paid], ...back, [labels.kept, printAmount(kept)]]
        : [[labels.paid, paid]],
    note: null,
    at: payment.paidAt,
  };
};
