// Front door of invoices.
import { getInvoice } from './get.endpoint.ts';
import { listInvoices } from './list.endpoint.ts';

export { invoiceErrors } from './errors.ts';
export { issueInvoices } from './issue.job.ts';

export const invoiceEndpoints = [listInvoices, getInvoice];
