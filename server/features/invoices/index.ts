// Front door of invoices.
import { getInvoice } from './get.endpoint.ts';
import { getBuyer } from './get-buyer.endpoint.ts';
import { listInvoices } from './list.endpoint.ts';
import { getReceipt } from './receipt.endpoint.ts';
import { setBuyer } from './set-buyer.endpoint.ts';

export { invoiceErrors } from './errors.ts';
export { issueInvoices } from './issue.job.ts';

export const invoiceEndpoints = [listInvoices, getInvoice, getReceipt, getBuyer, setBuyer];
