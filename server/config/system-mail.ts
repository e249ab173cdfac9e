// Through which mail server the installation writes to people about itself: invitations, new passwords.
import { mailAddress, smtpUrl } from './value-types.ts';
import { defineSection, optionalVariable } from './variable.ts';

export const systemMailSection = defineSection({
  title: 'Mail to people',
  intro:
    'With both of these, invitations and links for a new password are mailed to people. Without them the link is in the ' +
    'answer to whoever asked for it, and nobody can ask for a new password alone. Any mail server will do, also this ' +
    'installation’s own with the address and app password of one of its mailboxes.',
  variables: {
    url: optionalVariable({
      name: 'INBOXKIT_SYSTEM_MAIL_URL',
      type: smtpUrl,
      doc: 'The mail server. `smtps` is TLS from the first byte, usual on port 465; `smtp` is STARTTLS, usual on 587, without which nothing is sent. On loopback addresses certificates are not looked at.',
      example: 'smtps://user:password@smtp.example.net:465',
      secret: true,
    }),
    from: optionalVariable({
      name: 'INBOXKIT_SYSTEM_MAIL_FROM',
      type: mailAddress,
      doc: 'The address such mail comes from.',
      example: 'inboxkit@example.net',
    }),
  },
});
