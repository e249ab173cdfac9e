// Money of a new installation.
import { credits } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const billingSection = defineSection({
  title: 'Billing',
  intro: 'Only for the built-in payments, where credits are not bought with real money.',
  variables: {
    firstCreditsMicros: variable({
      name: 'INBOXKIT_FIRST_CREDITS',
      type: credits,
      default: '1000',
      doc: 'Credits that the first team receives on the very first start. Later starts do not look at it.',
      example: '250',
    }),
  },
});
