// Sign-in pages of built-in mailboxes.
import { port } from './value-types.ts';
import { defineSection, variable } from './variable.ts';

export const identitySection = defineSection({
  title: 'Identity',
  intro: 'Sign-in and consent for built-in mailboxes (role `identity`). This version has no such pages.',
  variables: {
    port: variable({
      name: 'INBOXKIT_IDENTITY_PORT',
      type: port,
      default: '8082',
      doc: 'Port of the sign-in pages. Nothing listens on it in this version.',
      example: '8443',
    }),
  },
});
