// How long people stay signed in.
import { count } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const sessionsSection = defineSection({
  title: 'Sessions',
  intro: 'How long people who sign in stay signed in.',
  variables: {
    idleHours: variable({
      name: 'INBOXKIT_SESSION_IDLE_HOURS',
      type: count({ min: 1, max: 8_760, unit: 'hours' }),
      default: '24',
      doc: 'A session that is not used for so long is over.',
      example: '8',
    }),
    days: variable({
      name: 'INBOXKIT_SESSION_DAYS',
      type: count({ min: 1, max: 365, unit: 'days' }),
      default: '30',
      doc: 'A session is over after so long, however much it is used.',
      example: '7',
    }),
  },
});
