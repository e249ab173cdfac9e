// POST /sessions/end: somebody signs out.
import { z } from 'zod';
import { answerHeaders, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { noSession } from './open.ts';
import { sessionsEnd } from './store.ts';

export const endSession = defineEndpoint<FeatureContext>()({
  operation: 'sessions.end',
  summary: 'Sign out',
  method: 'POST',
  path: '/sessions/end',
  scope: 'person',
  // Repeated, there is nobody any more to whom the first answer could be given again.
  writes: false,
  response: z.object({}),
  errors: [],
  handle: ({ caller, commit }, { clock, settings }) =>
    commit(async (tx) => {
      await sessionsEnd(tx, caller.person.uid, { uid: caller.person.sessionUid }, clock.now());
      return { message: 'Signed out', [answerHeaders]: [noSession(settings.publicUrl())] };
    }),
});
