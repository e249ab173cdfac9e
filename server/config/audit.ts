// How long the record of who did what is kept.
import { count } from './value-types.ts';
import { defineSection, optionalVariable } from './variable.ts';

export const auditSection = defineSection({
  title: 'Audit',
  intro:
    'Every write, every look at credentials and every refusal leaves an entry in a chain of hashes ([guide](guides/audit.md)).',
  variables: {
    keepDays: optionalVariable({
      name: 'INBOXKIT_AUDIT_KEEP_DAYS',
      type: count({ min: 1, max: 36_500, unit: 'days' }),
      defaultText: 'for ever',
      doc: 'How many days entries are kept. What is left after a removal still proves itself.',
      example: '730',
    }),
  },
});
