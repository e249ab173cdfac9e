// Where the plane tells whoever runs it.

import type { Logger } from 'pino';

export type DnsLog = Pick<Logger, 'info' | 'warn' | 'error'>;

/** What the parts need that answer, in whichever thread. */
export type ErrorLog = { error(fields: object, text: string): void };
