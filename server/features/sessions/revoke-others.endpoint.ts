// POST /sessions/revoke-others: every session but the one that asks is over.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { sessionsEnd } from './store.ts';

export const revokeOtherSessions = defineEndpoint<FeatureContext>()({
  operation: 'sessions.revoke-others',
  summary: 'Revoke own other sessions',
  method: 'POST',
  path: '/sessions/revoke-others',
  scope: 'person',
  response: z.object({ sessions_ended: z.int() }),
  errors: [],
  handle: ({ caller, commit }, { clock }) =>
    commit(async (tx) => {
      const { uid, sessionUid } = caller.person;
      const ended = await sessionsEnd(tx, uid, { but: sessionUid }, clock.now());
      return { message: 'Other sessions revoked successfully', sessions_ended: ended };
    }),
});
