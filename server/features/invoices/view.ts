// An invoice as the API shows it.
import { z } from 'zod';
import { microsToCredits } from '../price-book/index.ts';
import type { Invoice } from './invoice.ts';

export const invoiceShape = z
  .object({
    uid: z.uuid(),
    number: z.string(),
    period_start: z.iso.datetime(),
    period_end: z.iso.datetime(),
    issued_at: z.iso.datetime(),
    seller: z.string(),
    buyer: z.string(),
    currency: z.literal('credits'),
    subtotal: z.number(),
    tax: z.number(),
    taxes: z
      .array(z.object({ description: z.string(), credits: z.number() }).meta({ id: 'InvoiceTax' }))
      .meta({ description: 'By rate' }),
    tax_note: z.string().nullable(),
    total: z.number(),
  })
  .meta({ id: 'Invoice' });

export const invoiceView = (invoice: Invoice): z.infer<typeof invoiceShape> => ({
  uid: invoice.uid,
  number: invoice.number,
  period_start: invoice.periodStart.toISOString(),
  period_end: invoice.periodEnd.toISOString(),
  issued_at: invoice.issuedAt.toISOString(),
  seller: invoice.seller,
  buyer: invoice.buyer,
  currency: 'credits',
  subtotal: microsToCredits(invoice.totalMicros - invoice.taxMicros),
  tax: microsToCredits(invoice.taxMicros),
  taxes: invoice.taxes.map(({ description, amountMicros }) => ({
    description,
    credits: microsToCredits(amountMicros),
  })),
  tax_note: invoice.taxNote,
  total: microsToCredits(invoice.totalMicros),
});
