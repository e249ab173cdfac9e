// How invoices and receipts are set, and what stands on an invoice, whatever it is printed on.
import { microsToCredits } from '../price-book/index.ts';
import type { Invoice } from './invoice.ts';

export type PrintedRow = { day: string; description: string; amount: string };

/** An invoice or a receipt, as it is set on whatever it is printed on. */
export type PrintedDocument = {
  title: string;
  seller: string;
  buyer: string;
  period: string;
  columns: PrintedRow;
  rows: PrintedRow[];
  /** The last one is what it comes to. */
  totals: [label: string, amount: string][];
  note: string | null;
  /** When it was made out: the same document makes the same bytes. */
  at: Date;
};

/** Amounts have two decimals, and more only where they are needed. */
export const printAmount = (micros: number): string => {
  const text = microsToCredits(micros).toFixed(6);
  return text.replace(/0{1,4}$/, '');
};

export const printDay = (date: Date | string): string => new Date(date).toISOString().slice(0, 10);

export const printInvoice = (invoice: Invoice): PrintedDocument => {
  const lastDay = printDay(new Date(invoice.periodEnd.getTime() - 1));
  const taxes = invoice.taxes.map(({ description, amountMicros }): [string, string] => [
    description,
    printAmount(amountMicros),
  ]);
  if (taxes.length === 0) taxes.push([labels.tax, printAmount(0)]);
  return {
    title: `Invoice ${invoice.number}`,
    seller: invoice.seller,
    buyer: invoice.buyer,
    period: `Issued ${printDay(invoice.issuedAt)} for ${printDay(invoice.periodStart)} to ${lastDay}. Paid from the wallet.`,
    columns: { day: 'Day', description: 'For', amount: 'Credits' },
    rows: invoice.lines.map(({ description, amountMicros, at }) => ({
      day: printDay(at),
      description,
      amount: printAmount(amountMicros),
    })),
    totals: [
      [labels.subtotal, printAmount(invoice.totalMicros - invoice.taxMicros)],
      ...taxes,
      [labels.total, printAmount(invoice.totalMicros)],
    ],
    note: invoice.taxNote,
    at: invoice.issuedAt,
  };
};

export const labels = {
  seller: 'From',
  buyer: 'To',
  subtotal: 'Subtotal',
  tax: 'Tax',
  total: 'Total (1 credit = 1 USD)',
  paid: 'Paid',
  kept: 'Kept',
} as const;
