// GET /sessions: where whoever is signed in is signed in.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { sessionRow, sessionShape } from './schema.ts';
import { isOver } from './session.ts';
import { sessionsOfPerson } from './store.ts';

export const listSessions = defineEndpoint<FeatureContext>()({
  operation: 'sessions.list',
  summary: 'List own sessions',
  method: 'GET',
  path: '/sessions',
  aliases: [{ method: 'GET', path: '/sessions/list' }],
  scope: 'person',
  response: z.object({ sessions: z.array(sessionShape).meta({ description: 'Newest first.' }) }),
  errors: [],
  async handle({ caller }, { db, clock, settings }) {
    const sessions = await sessionsOfPerson(db, caller.person.uid);
    const now = clock.now();
    return {
      message: 'Sessions retrieved successfully',
      sessions: sessions
        .filter((session) => !isOver(session, settings.sessions, now))
        .map((session) => sessionRow(session, caller.person.sessionUid)),
    };
  },
});
