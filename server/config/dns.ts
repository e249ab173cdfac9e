// The authoritative DNS server.
import { port } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const dnsSection = defineSection({
  title: 'DNS',
  intro: 'The authoritative server of every zone that the built-in DNS host keeps (role `dns`).',
  variables: {
    port: variable({
      name: 'INBOXKIT_DNS_PORT',
      type: port,
      default: '8053',
      doc: 'Port of the nameserver, UDP and TCP alike. The public internet asks port 53 only.',
      example: '53',
    }),
  },
});
