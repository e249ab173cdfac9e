// GET /billing/invoices/{uid}: one invoice with its lines, as a page to print, or as a PDF.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { invoiceNotFound } from './errors.ts';
import { documentFile } from './file.ts';
import { printInvoice } from './print.ts';
import { invoiceByUid } from './store.ts';
import { invoiceShape, invoiceView } from './view.ts';

export const getInvoice = defineEndpoint<FeatureContext>()({
  operation: 'invoices.get',
  summary: 'Get invoice',
  method: 'GET',
  path: '/billing/invoices/{uid}',
  scope: 'team',
  params: z.strictObject({ uid: uidToFind }),
  query: z.strictObject({ format: orAbsent(z.enum(['json', 'html', 'pdf'])) }),
  response: z.object({
    invoice: invoiceShape,
    lines: z.array(
      z
        .object({ description: z.string(), credits: z.number(), at: z.iso.datetime() })
        .meta({ id: 'InvoiceLine' }),
    ),
  }),
  file: {
    types: ['text/html', 'application/pdf'],
    holds: 'with `format=html`: the invoice as a page to print; with `format=pdf`: on sheets of A4',
  },
  errors: [invoiceNotFound],
  async handle({ params, query, caller }, { db }) {
    const invoice = await invoiceByUid(db, caller.teamId, params.uid);
    if (!invoice) throw invoiceNotFound('Invoice not found');
    return {
      message: 'Invoice retrieved successfully',
      [answerFile]: await documentFile(printInvoice(invoice), query.format, `invoice-${invoice.number}`),
      invoice: invoiceView(invoice),
      lines: invoice.lines.map(({ description, amountMicros, at }) => ({
        description,
        credits: microsToCredits(amountMicros),
        at,
      })),
    };
  },
});
