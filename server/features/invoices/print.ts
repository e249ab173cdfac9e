// What stands on an invoice, whatever it is printed on.
import { microsToCredits } from '../price-book/index.ts';
import type { Invoice } from './invoice.ts';

export type PrintedRow = { day: string; description: string; amount: string };

export type PrintedInvoice = {
  title: string;
  seller: string;
  buyer: string;
  period: string;
  columns: PrintedRow;
  rows: PrintedRow[];
  subtotal: string;
  tax: string;
  total: string;
};

/** Amounts have two decimals, and more only where they are needed. */
const printAmount = (micros: number): string => {
  const text = microsToCredits(micros).toFixed(6);
  return text.replace(/0{1,4}$/, '');
};

const printDay = (date: Date | string): string => new Date(date).toISOString().slice(0, 10);

export const printInvoice = (invoice: Invoice): PrintedInvoice => {
  const lastDay = printDay(new Date(invoice.periodEnd.getTime() - 1));
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
    subtotal: printAmount(invoice.totalMicros - invoice.taxMicros),
    tax: printAmount(invoice.taxMicros),
    total: printAmount(invoice.totalMicros),
  };
};

export const labels = {
  seller: 'From',
  buyer: 'To',
  subtotal: 'Subtotal',
  tax: 'Tax',
  total: 'Total (1 credit = 1 USD)',
} as const;
