// Proves which refusals stop further mail to an address, by replies of hosts as they were seen.
import { expect, it } from 'vitest';
import { bounceKind } from './bounce-kind.ts';

it.each([
  ['5.1.1', '550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking'],
  ['5.1.10', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
  ['5.1.2', 'The domain nowhere.example does not exist'],
  ['5.0.0', '550 Requested action not taken: mailbox unavailable'],
  ['5.0.0', '550 No such user here'],
  ['5.0.0', '551 unknown user account'],
  ['5.5.0', '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)'],
])('%s with %j means that there is no such address', (status, text) => {
  expect(bounceKind(status, text)).toBe('hard');
});

it.each([
  ['4.1.1', '450 4.1.1 User unknown, but greylisted first'],
  ['5.2.2', '552 5.2.2 Mailbox full'],
  ['5.2.1', '550 5.2.1 This mailbox is suspended'],
  ['5.7.1', '550 5.7.1 Message rejected: user unknown to our reputation service'],
  ['5.7.26', '550-5.7.26 This mail is unauthenticated'],
  ['5.3.4', '552 5.3.4 Message too big'],
  ['5.0.0', '554 Transaction failed'],
  ['5.4.7', 'Given up after 12 attempts'],
])('%s with %j may be different next time', (status, text) => {
  expect(bounceKind(status, text)).toBe('soft');
});
