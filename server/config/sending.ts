// How much mailboxes may send.
import { count } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

const most = (unit: string) => count({ min: 0, max: 10_000_000, unit });

const limit = (name: string, unit: 'messages' | 'recipients', doc: string) =>
  variable({ name, type: most(unit), default: '0', doc: `${doc} 0 sets no limit.`, example: '50' });

export const sendingSection = defineSection({
  title: 'Sending limits',
  intro:
    'What submission takes. A message beyond a limit is refused with `452 4.7.1` and the time when the next hour or day ' +
    '(UTC) begins; it counts against nothing. A recipient counts once for each message.',
  variables: {
    mailboxMessagesPerHour: limit(
      'INBOXKIT_MAILBOX_MESSAGES_PER_HOUR',
      'messages',
      'Messages a mailbox may send in an hour.',
    ),
    mailboxRecipientsPerHour: limit(
      'INBOXKIT_MAILBOX_RECIPIENTS_PER_HOUR',
      'recipients',
      'Recipients a mailbox may send to in an hour.',
    ),
    mailboxMessagesPerDay: limit(
      'INBOXKIT_MAILBOX_MESSAGES_PER_DAY',
      'messages',
      'Messages a mailbox may send in a day.',
    ),
    mailboxRecipientsPerDay: limit(
      'INBOXKIT_MAILBOX_RECIPIENTS_PER_DAY',
      'recipients',
      'Recipients a mailbox may send to in a day, where its own limit (500 unless it was changed) is not lower.',
    ),
    domainMessagesPerHour: limit(
      'INBOXKIT_DOMAIN_MESSAGES_PER_HOUR',
      'messages',
      'Messages all mailboxes of a domain together may send in an hour.',
    ),
    domainRecipientsPerHour: limit(
      'INBOXKIT_DOMAIN_RECIPIENTS_PER_HOUR',
      'recipients',
      'Recipients all mailboxes of a domain together may send to in an hour.',
    ),
    domainMessagesPerDay: limit(
      'INBOXKIT_DOMAIN_MESSAGES_PER_DAY',
      'messages',
      'Messages all mailboxes of a domain together may send in a day.',
    ),
    domainRecipientsPerDay: limit(
      'INBOXKIT_DOMAIN_RECIPIENTS_PER_DAY',
      'recipients',
      'Recipients all mailboxes of a domain together may send to in a day.',
    ),
  },
});
