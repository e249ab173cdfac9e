// GET /billing/invoices: the team's invoices.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { invoicePage } from './store.ts';
import { invoiceShape, invoiceView } from './view.ts';

export const listInvoices = defineEndpoint<FeatureContext>()({
  operation: 'invoices.list',
  summary: 'List invoices',
  description:
    'Newest first. The invoice of a month is issued when the month (UTC) is over, and never changed.',
  method: 'GET',
  path: '/billing/invoices',
  scope: 'team',
  query: z.strictObject({ ...pageQuery }),
  response: z.object({ invoices: z.array(invoiceShape), ...pageAnswer }),
  async handle({ caller, query }, { db }) {
    const page = { limit: query.limit, offset: pageOffset(query) };
    const { invoices, total } = await invoicePage(db, caller.teamId, page);
    return {
      message: 'Invoices retrieved successfully',
      invoices: invoices.map(invoiceView),
      ...pageFields(query, total),
    };
  },
});
