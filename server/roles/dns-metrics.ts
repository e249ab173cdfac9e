// Numbers of the DNS plane, for Prometheus.
import { Counter, type Registry } from 'prom-client';
import type { DnsPlane } from '../../planes/dns/dns-plane.ts';

export const registerDnsMetrics = (registry: Registry, plane: Pick<DnsPlane, 'answered'>): void => {
  new Counter({
    name: 'inboxkit_dns_answers_total',
    help: 'Answers of the nameserver, by code and by type of the question.',
    labelNames: ['rcode', 'type'],
    registers: [registry],
    // The plane counts in memory of its threads; the sums are taken over at each scrape.
    collect() {
      this.reset();
      for (const { rcode, type, count } of plane.answered()) this.inc({ rcode, type }, count);
    },
  });
};
