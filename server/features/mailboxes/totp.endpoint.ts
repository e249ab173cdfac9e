// GET /mailboxes/totp: the code that a sign-in form asks for now.
import { TOTP } from 'otpauth';
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findForReveal, oneMailbox } from './credentials.ts';
import { mailboxHasNoCredentials, mailboxNotFound } from './errors.ts';
import { credentialsRevealed } from './events.ts';
import { openSecret } from './secrets.ts';
import { mailboxSecrets } from './store.ts';

/** RFC 6238 §4.1 and §5.3, as every authenticator app has it. */
const PERIOD_S = 30;

export const generateTotp = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.totp',
  summary: 'Generate TOTP',
  description:
    'The code and the seconds for which it is good. Each code is an event `mailbox.credentials_revealed`.',
  method: 'GET',
  path: '/mailboxes/totp',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}/totp' }],
  scope: 'workspace',
  keepsToDomains: ['uid', 'email'],
  right: 'secrets',
  query: oneMailbox,
  response: z.object({
    totp: z.string().meta({ example: '482913' }),
    code: z.string().meta({ description: 'The same as `totp`' }),
    expires_in: z.int().min(1).max(PERIOD_S),
  }),
  errors: [mailboxNotFound, mailboxHasNoCredentials],
  async handle({ query, caller, workspace, requestId, commit }, { db, clock, secrets }) {
    const mailbox = await findForReveal(db, workspace.uid, query);
    const sealed = await mailboxSecrets(db, mailbox.uid);
    const secret = openSecret(secrets, mailbox.uid, 'totpSecret', sealed.totpSecret);
    return commit(async (tx) => {
      const now = clock.now();
      const by = { ...caller, requestId };
      await recordEvents(tx, [credentialsRevealed(mailbox, by, now, ['totp'])]);
      const code = new TOTP({ secret, period: PERIOD_S, digits: 6 }).generate({ timestamp: now.getTime() });
      const expiresIn = PERIOD_S - (Math.floor(now.getTime() / 1000) % PERIOD_S);
      return { message: 'TOTP generated successfully', totp: code, code, expires_in: expiresIn };
    });
  },
});
