// Proves that what the mail plane does is counted, by kinds that do not grow with what clients send.
import { expect, test } from 'vitest';
import { refusalReason } from './metrics.ts';
import { SmtpRefusal } from './smtp/reply.ts';

test.each([
  [535, '5.7.8', 'authentication'],
  [550, '5.1.1', 'address'],
  [552, '5.2.2', 'mailbox'],
  [452, '4.3.1', 'system'],
  [554, '5.4.6', 'routing'],
  [503, '5.5.1', 'protocol'],
  [550, '5.6.11', 'content'],
  [452, '4.7.1', 'policy'],
  [550, '5.0.0', 'other'],
])('%i %s counts as %s', (code, status, reason) => {
  expect(refusalReason(new SmtpRefusal(code, status, 'why').message)).toBe(reason);
});
