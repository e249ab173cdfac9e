/** Hard or soft: whether a refusal says that an address does not exist, or only that mail did not get there this time. */

export type BounceKind = 'hard' | 'soft';

// RFC 3463 §3.2 and RFC 7505 §4.2: what is wrong is the address itself. X.1.0 and X.1.3 are left out: hosts say them of
// senders as well. X.2.1 (disabled) may change back, X.2.2 (full) and X.7.x (policy) are not about the address.
const NO_SUCH_ADDRESS = /^5\.1\.(?:1|2|6|10)$/;
// Codes that say nothing; then only the words are left.
const UNSPECIFIC = /^5\.(?:0|1|5)\.0$|^5\.5\.[0-9]$/;
const WORDS = [
  /\b(?:user|mailbox|recipient|address|account)\b.{0,40}\b(?:unknown|not found|not exist|doesn't exist|invalid|unavailable)\b/i,
  /\bno such (?:user|recipient|mailbox|person|address|account)\b/i,
  /\bunknown (?:user|recipient|mailbox|address|account)\b/i,
  /\binvalid (?:recipient|mailbox|user)\b/i,
];

/**
 * @param status enhanced status code, or the reply code where a host gave no better one.
 * @param text the reply, or the diagnostic of a report.
 */
export function bounceKind(status: string, text: string): BounceKind {
  if (!status.startsWith('5')) return 'soft';
  if (NO_SUCH_ADDRESS.test(status)) return 'hard';
  return UNSPECIFIC.test(status) && WORDS.some((words) => words.test(text)) ? 'hard' : 'soft';
}
