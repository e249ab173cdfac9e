// Errors of invoices.
import { defineError } from '../../http/errors.ts';

export const invoiceNotFound = defineError({
  code: 'invoice_not_found',
  status: 404,
  whatHappened: 'The team has no invoice with this uid.',
  whatToDo:
    'List the invoices with `GET /billing/invoices`. One for a month is issued when the month is over.',
});

export const paymentNotPaid = defineError({
  code: 'payment_not_paid',
  status: 409,
  whatHappened: 'The payment was not paid, or not yet, so there is no receipt of it.',
  whatToDo: '`GET /billing/payments/{payment_uid}` says how it stands, and while it is open where to pay it.',
});

export const invoiceErrors = [invoiceNotFound, paymentNotPaid];
