// POST /sessions: somebody signs in with their address and password.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { answerHeaders, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { needsCode, useCode } from '../factors/index.ts';
import {
  attemptsAt,
  forgiveAttempts,
  givenPassword,
  isPasswordOf,
  personByEmail,
  personEmail,
  signInRefused,
  signInSlowed,
  takeAttempt,
} from '../people/index.ts';
import { secondFactorNeeded } from './errors.ts';
import { concernOf, deviceSha256, openSession, refused, signedInAs, visitOf } from './open.ts';
import { signedIn, signedInAnswer } from './schema.ts';
import { deviceKnown } from './store.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

export const createSession = defineEndpoint<FeatureContext>()({
  operation: 'sessions.create',
  summary: 'Sign in',
  description:
    'Sets the cookie of the session. Whoever signs in with one-time codes sends the code too, or is answered ' +
    '`second_factor_needed` and sends all of it again.',
  method: 'POST',
  path: '/sessions',
  aliases: [{ method: 'POST', path: '/sessions/create' }],
  scope: 'public',
  rateLimit: 'sign_in',
  status: 201,
  body: z.strictObject({
    email: personEmail,
    password: givenPassword,
    code: orAbsent(z.string().trim().min(6).max(40)).meta({
      description: 'A one-time code, or a recovery code.',
    }),
    team_uid: orAbsent(z.uuid()).meta({ description: 'Default: the team they joined first.' }),
  }),
  response: z.object(signedInAnswer),
  errors: [signInRefused, signInSlowed, secondFactorNeeded],
  examples: { body: { email: 'mara@northpeak.example', password: 'four words of my own' } },
  async handle({ body, header, address, concerns, commit }, { db, clock, secrets, settings }) {
    const publicUrl = settings.publicUrl();
    const visit = visitOf({ header, address }, publicUrl);
    const person = await personByEmail(db, body.email);
    // Asked also about nobody, so that it takes as long.
    const concern = await concernOf(db, person?.uid ?? NOBODY, body.team_uid);
    if (concern) concerns({ ...concern, proven: false });
    const device = deviceSha256(visit);
    const known = person && device && (await deviceKnown(db, person.uid, device));
    // A device that signed in before is counted apart, so that whoever guesses from elsewhere locks nobody out.
    const key = known ? `device ${known}` : attemptsAt(body.email);
    await takeAttempt({ db, clock }, key);
    if (!(await isPasswordOf(person, body.password)) || !person) throw refused();
    const takesCode = await needsCode(db, person.uid);
    // With codes the password alone is no success, or codes could be guessed without end.
    if (!takesCode) await forgiveAttempts({ db, clock }, key);
    if (takesCode && body.code === undefined) throw secondFactorNeeded('A one-time code is needed');
    const answer = await commit(async (tx) => {
      const now = clock.now();
      if (takesCode) {
        const used = { personUid: person.uid, code: body.code ?? '', now };
        if (!(await useCode(tx, secrets, used))) throw refused();
      }
      const method = takesCode ? ('password_and_code' as const) : ('password' as const);
      const wish = { person, method, teamUid: body.team_uid, visit };
      const opened = await openSession(tx, wish, { sessions: settings.sessions, publicUrl, now });
      concerns(signedInAs(opened.session));
      return {
        message: 'Signed in successfully',
        ...(await signedIn(tx, { ...opened, person })),
        [answerHeaders]: opened.cookies,
      };
    });
    if (takesCode) await forgiveAttempts({ db, clock }, key);
    return answer;
  },
});
