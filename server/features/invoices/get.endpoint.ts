// GET /billing/invoices/{uid}: one invoice with its lines, or as a page to print.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { invoiceNotFound } from './errors.ts';
import { invoiceHtml } from './html.ts';
import { invoiceByUid } from './store.ts';
import { invoiceShape, invoiceView } from './view.ts';

export const getInvoice = defineEndpoint<FeatureContext>()({
  operation: 'invoices.get',
  summary: 'Get invoice',
  method: 'GET',
  path: '/billing/invoices/{uid}',
  scope: 'team',
  params: z.strictObject({ uid: uidToFind }),
  query: z.strictObject({ format: orAbsent(z.enum(['json', 'html'])) }),
  response: z.object({
    invoice: invoiceShape,
    lines: z.array(
      z
        .object({ description: z.string(), credits: z.number(), at: z.iso.datetime() })
        .meta({ id: 'InvoiceLine' }),
    ),
  }),
  file: { types: ['text/html'], holds: 'with `format=html`: the invoice as a page to print' },
  errors: [invoiceNotFound],
  async handle({ params, query, caller }, { db }) {
    const invoice = await invoiceByUid(db, caller.teamId, params.uid);
    if (!invoice) throw invoiceNotFound('Invoice not found');
    return {
      message: 'Invoice retrieved successfully',
      ...(query.format === 'html' && {
        [answerFile]: { contentType: 'text/html', body: invoiceHtml(invoice) },
      }),
      invoice: invoiceView(invoice),
      lines: invoice.lines.map(({ description, amountMicros, at }) => ({
        description,
        credits: microsToCredits(amountMicros),
        at,
      })),
    };
  },
});
