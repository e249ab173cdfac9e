// Sending, receiving and reading mail.
import { count, oneOf, onOff, port } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const mailSection = defineSection({
  title: 'Mail',
  intro: 'The servers of the built-in mailbox host (role `mail`).',
  variables: {
    smtpPort: variable({
      name: 'INBOXKIT_SMTP_PORT',
      type: port,
      default: '2525',
      doc: 'Port where other mail servers deliver (SMTP, RFC 5321). The public internet uses port 25 only.',
      example: '25',
    }),
    submissionPort: variable({
      name: 'INBOXKIT_SUBMISSION_PORT',
      type: port,
      default: '2587',
      doc: 'Port where mail programs send with STARTTLS (RFC 6409).',
      example: '587',
    }),
    submissionsPort: variable({
      name: 'INBOXKIT_SUBMISSIONS_PORT',
      type: port,
      default: '2465',
      doc: 'Port where mail programs send over TLS from the first byte (RFC 8314 §3.3).',
      example: '465',
    }),
    imapPort: variable({
      name: 'INBOXKIT_IMAP_PORT',
      type: port,
      default: '2143',
      doc: 'Port where mail programs read with STARTTLS (IMAP).',
      example: '143',
    }),
    imapsPort: variable({
      name: 'INBOXKIT_IMAPS_PORT',
      type: port,
      default: '2993',
      doc: 'Port where mail programs read over TLS from the first byte (RFC 8314 §3.2).',
      example: '993',
    }),
    dmarc: variable({
      name: 'INBOXKIT_DMARC',
      type: oneOf(['enforce', 'quarantine', 'off']),
      default: 'enforce',
      doc: 'What is done with mail that fails the DMARC policy of its author’s domain: `enforce` does what the policy asks for (refuse it, or file it as junk), `quarantine` files all of it as junk, `off` only writes the verdict into its header.',
      example: 'quarantine',
    }),
    usernameAliasDays: variable({
      name: 'INBOXKIT_USERNAME_ALIAS_DAYS',
      type: count({ min: 0, max: 3_650, unit: 'days' }),
      default: '30',
      doc: 'How long the old address of a mailbox stays its own after its username was changed: mail for it arrives, and it can be signed in with and sent from. With `0` it ends at once.',
      example: '90',
    }),
    outbound: variable({
      name: 'INBOXKIT_OUTBOUND',
      type: onOff,
      default: 'off',
      doc: 'Whether mail to domains that this installation does not host leaves the machine. While it is `off` such mail is accepted and held in the queue with that reason; switching it on sends what is held.',
      example: 'on',
    }),
  },
});
