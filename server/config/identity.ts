// Sign-in pages of built-in mailboxes.
import { count, port, safeOrigin } from './value-types.ts';
import { defineSection, optionalVariable, variable } from './variable.ts';

export const identitySection = defineSection({
  title: 'Identity',
  intro:
    'Owners of built-in mailboxes sign in here, and decide what other programs may do with their mailbox: an OpenID provider (role `identity`).',
  variables: {
    port: variable({
      name: 'INBOXKIT_IDENTITY_PORT',
      type: port,
      default: '8082',
      doc: 'Port of the sign-in pages, plain HTTP: outside of this machine a proxy with a certificate belongs in front of it.',
      example: '8082',
    }),
    keyDays: variable({
      name: 'INBOXKIT_IDENTITY_KEY_DAYS',
      type: count({ min: 3, max: 3_650, unit: 'days' }),
      default: '90',
      doc: 'How long tokens are signed with one key. The next one is shown at `/jwks` for a day before it signs, and the last one for a day after.',
      example: '30',
    }),
    url: optionalVariable({
      name: 'INBOXKIT_IDENTITY_URL',
      type: safeOrigin,
      defaultText: '`http://<bound address>:<identity port>`',
      doc: 'Address under which browsers and programs reach the sign-in pages. It is the issuer in every token, so change it before the first program is connected, not after.',
      example: 'https://id.example.net',
    }),
  },
});
