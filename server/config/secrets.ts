// The key that opens passwords, one-time-code seeds and private keys kept in the database.
import { keyRing } from './value-types.ts';
import { defineSection, optionalVariable } from './variable.ts';

export const secretsSection = defineSection({
  title: 'Secrets',
  intro: 'Passwords and private keys are sealed in the database (AES-256-GCM); this key opens them.',
  variables: {
    keys: optionalVariable({
      name: 'INBOXKIT_SECRET_KEY',
      type: keyRing,
      defaultText: 'unset: a key file (mode 0600) made in the data directory',
      doc: 'The sealing key, 32 bytes in base64. To change it, put a new key in front of the old one, separated by a comma: the first seals, all of them open. Every process that shares a database needs the same key, so it must be set where `DATABASE_URL` is set and this process does not start all roles. What was sealed with a lost key cannot be opened again.',
      example: 'the output of: openssl rand -base64 32',
      secret: true,
    }),
  },
});
