// What the program writes about itself.
import { oneOf } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const logSection = defineSection({
  title: 'Log',
  intro: 'The log goes to standard output, one entry a line. Secrets never appear in it.',
  variables: {
    format: optionalVariable({
      name: 'INBOXKIT_LOG',
      type: oneOf(['pretty', 'json']),
      defaultText: '`pretty` on a terminal, otherwise `json`',
      doc: 'Form of the log: `pretty` for people, `json` for programs (one object a line).',
      example: 'json',
    }),
    level: variable({
      name: 'INBOXKIT_LOG_LEVEL',
      type: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
      default: 'info',
      doc: 'The least urgent entries that are still written.',
      example: 'debug',
    }),
  },
});
