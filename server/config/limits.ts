// How much one customer may ask for.
import { count } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

const perMinute = count({ min: 1, max: 10_000_000, unit: 'requests a minute' });

export const limitsSection = defineSection({
  title: 'Limits',
  intro:
    'Rate limits count per API key and operation; the answer to a request beyond one is 429 with `Retry-After`.',
  variables: {
    maxMailboxesPerDomain: variable({
      name: 'INBOXKIT_MAX_MAILBOXES_PER_DOMAIN',
      type: count({ min: 1, max: 100_000, unit: 'mailboxes' }),
      default: '100',
      doc: 'The most mailboxes one domain can have.',
      example: '25',
    }),
    standardPerMinute: variable({
      name: 'INBOXKIT_RATE_LIMIT_STANDARD',
      type: perMinute,
      default: '5000',
      doc: 'Requests a minute for operations without a limit of their own.',
      example: '1000',
    }),
    domainSearchPerMinute: variable({
      name: 'INBOXKIT_RATE_LIMIT_DOMAIN_SEARCH',
      type: perMinute,
      default: '50',
      doc: 'Requests a minute for the search for free domain names.',
      example: '20',
    }),
    dnsCheckPerMinute: variable({
      name: 'INBOXKIT_RATE_LIMIT_DNS_CHECK',
      type: perMinute,
      default: '60',
      doc: 'Requests a minute for `dns.verify` and `dns.repair`, which ask many servers for many records.',
      example: '20',
    }),
    zoneConnectPerFiveMinutes: variable({
      name: 'INBOXKIT_RATE_LIMIT_ZONE_CONNECT',
      type: count({ min: 1, max: 1_000_000, unit: 'requests in five minutes' }),
      default: '10',
      doc: 'Requests in five minutes for `cloudflare-domains.connect`, which looks into every zone of an account.',
      example: '30',
    }),
    bulkPerMinute: variable({
      name: 'INBOXKIT_RATE_LIMIT_BULK',
      type: perMinute,
      default: '10',
      doc: 'Requests a minute for operations that buy mailboxes in bulk.',
      example: '5',
    }),
    signInPerMinute: variable({
      name: 'INBOXKIT_RATE_LIMIT_SIGN_IN',
      type: perMinute,
      default: '30',
      doc: 'Requests a minute, from one network, of people who sign in, use a link or ask for one. Guessing at one address is slowed down long before.',
      example: '100',
    }),
  },
});
