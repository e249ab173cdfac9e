// POST /sessions/passkey-options: what the browser needs to sign in with a passkey.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { optionsShape, passkeysNeedName, signInOptions } from '../passkeys/index.ts';

export const passkeySignInOptions = defineEndpoint<FeatureContext>()({
  operation: 'sessions.passkey-options',
  summary: 'Begin to sign in with passkey',
  description: 'Good for five minutes. Then `POST /sessions/passkey` with what the browser answered.',
  method: 'POST',
  path: '/sessions/passkey-options',
  scope: 'public',
  rateLimit: 'sign_in',
  status: 201,
  response: z.object({ challenge: z.uuid(), options: optionsShape }),
  errors: [passkeysNeedName],
  handle: (_request, { db, clock, settings }) =>
    signInOptions({ db, publicUrl: settings.publicUrl(), now: clock.now() }).then(
      ({ challengeUid, options }) => ({
        message: 'Ask the browser with these options',
        challenge: challengeUid,
        options: { ...options },
      }),
    ),
});
