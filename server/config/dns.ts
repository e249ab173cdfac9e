// The authoritative DNS server.
import { count, nameservers, port, threads } from './value-types.ts';
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
    threads: variable({
      name: 'INBOXKIT_DNS_THREADS',
      type: threads,
      default: 'auto',
      doc: 'How many threads answer over UDP, on Linux; elsewhere there can be one. Each beyond the first takes about 30 MB. `auto` is as many as there are processors, 4 at most.',
      example: '8',
    }),
    resolvers: variable({
      name: 'INBOXKIT_DNS_RESOLVERS',
      type: nameservers,
      default: 'none',
      doc: 'Resolvers that `dns.verify` asks what the world sees, and through which it finds the servers of the parent zone. With `none` it asks the authoritative nameservers only, and takes the nameservers of the registration for the delegation, which is right for an installation that keeps to itself.',
      example: '1.1.1.1,9.9.9.9,[2001:4860:4860::8888]:53',
    }),
    outsidePort: variable({
      name: 'INBOXKIT_DNS_OUTSIDE_PORT',
      type: port,
      default: '53',
      doc: 'Port on which nameservers outside of this installation are asked: those of the zone above a domain, and those of outside DNS hosts. Anything but 53 is for private networks.',
      example: '53',
    }),
    connectExpiresHours: variable({
      name: 'INBOXKIT_CONNECT_EXPIRES_HOURS',
      type: count({ min: 1, max: 8760, unit: 'hours' }),
      default: '12',
      doc: 'How long a domain that is being connected waits for its owner to point it at our nameservers. After that it is `expired_propagation`: it is kept, others may have its name, and asking for its nameservers or for their propagation takes it up again.',
      example: '72',
    }),
  },
});
