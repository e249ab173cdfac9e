// POST /sessions/revoke: a session is over, or all but the one that asks.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { sessionNotFound } from './errors.ts';
import { sessionsEnd } from './store.ts';

export const revokeSession = defineEndpoint<FeatureContext>()({
  operation: 'sessions.revoke',
  summary: 'Revoke own session',
  method: 'POST',
  path: '/sessions/revoke',
  aliases: [{ method: 'DELETE', path: '/sessions/{uid}' }],
  scope: 'person',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid() }),
  errors: [sessionNotFound],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const ended = await sessionsEnd(tx, caller.person.uid, { uid: body.uid }, clock.now());
      if (ended === 0) throw sessionNotFound('Session not found');
      return { message: 'Session revoked successfully', uid: body.uid };
    }),
});
