// POST /sessions/switch-team: the session goes on in another of the person's teams.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { memberByUid } from '../people/index.ts';
import { notInTeam } from './errors.ts';
import { sessionSetTeam } from './store.ts';

export const switchTeam = defineEndpoint<FeatureContext>()({
  operation: 'sessions.switch-team',
  summary: 'Switch team of session',
  method: 'POST',
  path: '/sessions/switch-team',
  scope: 'person',
  body: z.strictObject({ team_uid: uidToFind }),
  response: z.object({ team_uid: z.uuid() }),
  errors: [notInTeam],
  handle: ({ body, caller, commit }) =>
    commit(async (tx) => {
      const { uid, sessionUid } = caller.person;
      if (!(await memberByUid(tx, body.team_uid, uid))) throw notInTeam('Team not found');
      await sessionSetTeam(tx, sessionUid, body.team_uid);
      return { message: 'Team switched successfully', team_uid: body.team_uid };
    }),
});
