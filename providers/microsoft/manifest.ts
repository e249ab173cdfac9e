// What is known of Microsoft: the pages on which somebody signs in and agrees.
import type { Manifest } from '../contracts/manifest.ts';

export const manifest: Manifest = {
  vendor: 'microsoft',
  title: 'Microsoft',
  credentials: [],
  roles: {
    'consent-flow': {
      claims: [
        { ability: 'Sign in with password and authenticator code, in any language, and agree', can: true },
        { ability: 'Tell apart what Entra refuses', can: true, note: 'by the AADSTS code of the page' },
        {
          ability: 'Codes by SMS, prompts on a phone, passkeys, conditional access',
          can: false,
          because: 'only a person can answer them: set up an authenticator for the mailbox',
        },
        {
          ability: 'Agree for the whole organisation',
          can: false,
          because: 'only an administrator may; the request ends with `admin_consent_required`',
        },
      ],
    },
  },
};
