// What the plane tells whoever runs it: log lines and counts.

import type { Logger } from 'pino';

export type DnsLog = Pick<Logger, 'info' | 'warn' | 'error'>;

export type DnsMetrics = {
  /**
   * Called for every response. `rcode` is its mnemonic (NOERROR, NXDOMAIN, …), `type` that of the question, `other`
   * for types without a name and for messages without a readable question.
   */
  onAnswer(rcode: string, type: string): void;
};
