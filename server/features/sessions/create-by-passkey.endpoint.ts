// POST /sessions/passkey: somebody signs in with a passkey, which their device unlocked for them.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { answerHeaders, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import {
  challengeField,
  credentialField,
  passkeysNeedName,
  passkeyUsed,
  provenPasskey,
} from '../passkeys/index.ts';
import { personByUid, signInRefused } from '../people/index.ts';
import { openSession, signedInAs, visitOf } from './open.ts';
import { signedIn, signedInAnswer } from './schema.ts';

export const createSessionByPasskey = defineEndpoint<FeatureContext>()({
  operation: 'sessions.create-by-passkey',
  summary: 'Sign in with passkey',
  description: 'Sets the cookie of the session. It takes neither password nor code.',
  method: 'POST',
  path: '/sessions/passkey',
  scope: 'public',
  rateLimit: 'sign_in',
  status: 201,
  body: z.strictObject({
    challenge: challengeField,
    credential: credentialField,
    team_uid: orAbsent(z.uuid()).meta({ description: 'Default: the team they joined first.' }),
  }),
  response: z.object(signedInAnswer),
  errors: [signInRefused, passkeysNeedName],
  async handle({ body, header, address, concerns, commit }, { db, clock, settings }) {
    const publicUrl = settings.publicUrl();
    const now = clock.now();
    const proven = await provenPasskey({ db, publicUrl, now }, body.challenge, body.credential);
    const person = proven && (await personByUid(db, proven.passkey.personUid));
    if (!person) throw signInRefused('The passkey is not known here, or not for this sign-in');
    const visit = visitOf({ header, address }, publicUrl);
    return commit(async (tx) => {
      await passkeyUsed(tx, proven.passkey.uid, proven.signCount, now);
      const wish = { person, method: 'passkey' as const, teamUid: body.team_uid, visit };
      const opened = await openSession(tx, wish, { sessions: settings.sessions, publicUrl, now });
      concerns(signedInAs(opened.session));
      return {
        message: 'Signed in successfully',
        ...(await signedIn(tx, { ...opened, person })),
        [answerHeaders]: opened.cookies,
      };
    });
  },
});
