// Where the sequencers are that mailboxes are handed to, and how often they are looked at.
import { count, httpUrl } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

const addressOf = (title: string, word: string, address: string) =>
  variable({
    name: `INBOXKIT_${word}_URL`,
    type: httpUrl,
    default: address,
    doc: `Address of the API of ${title}. Another address is for a gateway, or for trying it out.`,
    example: 'http://127.0.0.1:9999',
  });

export const sequencersSection = defineSection({
  title: 'Sequencers',
  intro:
    'Programs of others that send from mailboxes, and are handed them by `sequencers/export`. Nobody is called before ' +
    'a customer adds an account there.',
  variables: {
    reconcileMinutes: variable({
      name: 'INBOXKIT_SEQUENCER_RECONCILE_MINUTES',
      type: count({ min: 5, max: 10_080, unit: 'minutes' }),
      default: '60',
      doc: 'How often every account at a sequencer is compared with what was exported to it, and what dropped out is connected again.',
      example: '30',
    }),
    callsPerMinute: optionalVariable({
      name: 'INBOXKIT_SEQUENCER_CALLS_PER_MINUTE',
      type: count({ min: 1, max: 1_000_000, unit: 'calls a minute' }),
      doc: 'Calls a minute to each account at a sequencer, in place of what its vendor documents: for a plan with other limits, or a gateway.',
      example: '120',
    }),
    timeoutSeconds: variable({
      name: 'INBOXKIT_SEQUENCER_TIMEOUT_SECONDS',
      type: count({ min: 1, max: 60, unit: 'seconds' }),
      default: '30',
      doc: 'How long an answer of a sequencer is waited for. What was asked for counts as unknown then, and is looked for before it is asked again.',
      example: '10',
    }),
    instantlyUrl: addressOf('Instantly', 'INSTANTLY', 'https://api.instantly.ai'),
    smartleadUrl: addressOf('Smartlead', 'SMARTLEAD', 'https://server.smartlead.ai/api/v1'),
    lemlistUrl: addressOf('lemlist', 'LEMLIST', 'https://api.lemlist.com/api'),
    replyIoUrl: addressOf('Reply.io', 'REPLY_IO', 'https://api.reply.io'),
    emailbisonUrl: addressOf('EmailBison (the shared instance)', 'EMAILBISON', 'https://dedi.emailbison.com'),
    plusvibeUrl: addressOf('PlusVibe', 'PLUSVIBE', 'https://api.plusvibe.ai/api/v1'),
    manyreachUrl: addressOf('ManyReach', 'MANYREACH', 'https://api.manyreach.com/api/v2'),
    saleshandyUrl: addressOf('Saleshandy', 'SALESHANDY', 'https://open-api.saleshandy.com/v1'),
    woodpeckerUrl: addressOf('Woodpecker', 'WOODPECKER', 'https://api.woodpecker.co/rest/v2'),
    salesforgeUrl: addressOf('Salesforge', 'SALESFORGE', 'https://api.salesforge.ai'),
    snovioUrl: addressOf('Snov.io', 'SNOVIO', 'https://api.snov.io'),
  },
});
