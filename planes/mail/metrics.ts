/** What the mail plane counts. Who runs it says where the numbers go; labels are closed sets, never addresses or names. */

export type Port = 'inbound' | 'submission';

/** Why something was refused: the first two parts of the enhanced status code, which RFC 3463 §3 makes a closed set. */
export type RefusalReason =
  | 'authentication' // a login that failed
  | 'address' // X.1: no such address, or a wrong one
  | 'mailbox' // X.2: full, suspended
  | 'system' // X.3: too large, no memory, a fault of ours
  | 'routing' // X.4: circles
  | 'protocol' // X.5
  | 'content' // X.6
  | 'policy' // X.7: limits, suppression, relaying, DMARC
  | 'other';

export type MailMetrics = {
  /** A message was answered with 250. */
  accepted(port: Port): void;
  /** A command or a message was refused. */
  refused(port: Port, reason: RefusalReason): void;
  /** How an attempt of the outbound queue ended, and how long it took. */
  attempted(outcome: 'delivered' | 'deferred' | 'bounced' | 'expired' | 'held', durationMs: number): void;
};

export const NO_METRICS: MailMetrics = {
  accepted: () => {},
  refused: () => {},
  attempted: () => {},
};

const REASONS: Record<string, RefusalReason> = {
  1: 'address',
  2: 'mailbox',
  3: 'system',
  4: 'routing',
  5: 'protocol',
  6: 'content',
  7: 'policy',
};

/** @param message of an SmtpRefusal, which begins with its enhanced status code. */
export function refusalReason(message: string): RefusalReason {
  if (/^[45]\.7\.8 /.test(message)) return 'authentication';
  return REASONS[/^[45]\.(\d)\./.exec(message)?.[1] ?? ''] ?? 'other';
}
