// What is known of Google: the pages on which somebody signs in and agrees.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'google',
  title: 'Google',
  credentials: [],
  roles: {
    'consent-flow': {
      claims: [
        { ability: 'Sign in with password and authenticator code, in any language, and agree', can: true },
        { ability: 'Pass the warning about apps that are not verified', can: true },
        {
          ability: 'Captchas, codes by SMS, prompts on a phone, passkeys',
          can: false,
          because: 'only a person can answer them: set up an authenticator for the mailbox',
        },
        {
          ability: 'Mark a client as trusted for a domain',
          can: false,
          because: 'Google has no interface for it; an administrator does it in the Admin console',
        },
      ],
    },
  },
};
