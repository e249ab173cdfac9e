// Where requests to addresses that customers give may go.
import { networks } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const outgoingSection = defineSection({
  title: 'Outgoing requests',
  intro:
    'Webhooks and pictures are sent to, or read from, addresses that customers give, and mail goes where their ' +
    'recipients’ domains say. All of that only ever reaches the public internet, and the networks named here.',
  variables: {
    allowTargets: variable({
      name: 'INBOXKIT_ALLOW_TARGETS',
      type: networks,
      default: 'none',
      doc:
        'Networks that customers’ addresses may lead to although they are not on the public internet, for receivers ' +
        'beside this installation. Everybody with a key can then have requests sent there.',
      example: '10.20.0.0/16,127.0.0.1/32',
    }),
  },
});
