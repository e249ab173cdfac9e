// Errors of invoices.
import { defineError } from '../../http/errors.ts';

export const invoiceNotFound = defineError({
  code: 'invoice_not_found',
  status: 404,
  whatHappened: 'The team has no invoice with this uid.',
  whatToDo:
    'List the invoices with `GET /billing/invoices`. One for a month is issued when the month is over.',
});

export const invoiceErrors = [invoiceNotFound];
