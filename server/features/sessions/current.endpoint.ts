// GET /sessions/current: who is signed in, as what, and the token that writes need.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { csrfTokenOf, readCookie, sessionCookieOf } from '../../http/session-cookie.ts';
import type { FeatureContext } from '../context.ts';
import { self } from '../factors/index.ts';
import { signedIn, signedInAnswer } from './schema.ts';
import { sessionsOfPerson } from './store.ts';

export const currentSession = defineEndpoint<FeatureContext>()({
  operation: 'sessions.current',
  summary: 'Show current session',
  description: 'What a page asks first: 401 when nobody is signed in.',
  method: 'GET',
  path: '/sessions/current',
  scope: 'person',
  response: z.object(signedInAnswer),
  errors: [],
  async handle({ caller, header }, { db, settings }) {
    const person = await self(db, caller.person.uid);
    const sessions = await sessionsOfPerson(db, person.uid);
    const session = sessions.find(({ uid }) => uid === caller.person.sessionUid);
    const token = readCookie(header('cookie'), sessionCookieOf(settings.publicUrl()).name);
    if (!session || token === undefined) throw new Error('a session that is over was let in');
    return {
      message: 'Session retrieved successfully',
      ...(await signedIn(db, { session, person, csrfToken: csrfTokenOf(token) })),
    };
  },
});
