// Money: what a new installation begins with, and whose invoices it writes.
import { credits, text } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const billingSection = defineSection({
  title: 'Billing',
  intro: 'What a new team has, and what invoices say.',
  variables: {
    firstCreditsMicros: variable({
      name: 'INBOXKIT_FIRST_CREDITS',
      type: credits,
      default: '1000',
      doc: 'Credits that the first team receives on the very first start. Later starts do not look at it.',
      example: '250',
    }),
    invoiceSeller: variable({
      name: 'INBOXKIT_INVOICE_SELLER',
      type: text,
      default: 'InboxKit',
      doc: 'Who invoices come from: name, address and tax number, as they are to stand there. An invoice keeps what it was when it was issued.',
      example: 'Northpeak GmbH, 1 Harbour Street, Portland OR 97201',
    }),
  },
});
