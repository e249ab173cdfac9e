// POST /factors/password: another password for whoever is signed in.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  hashPassword,
  newPassword,
  personEvent,
  personSetPassword,
  provePassword,
  signInRefused,
  signInSlowed,
} from '../people/index.ts';
import { passwordAgain, self } from './schema.ts';

/** Ends the sessions of a person but for one; handed in, because sessions come later in the order. */
export type EndOtherSessions = (tx: Tx, personUid: string, but: string | null, now: Date) => Promise<number>;

export const changePassword = (endOtherSessions: EndOtherSessions) =>
  defineEndpoint<FeatureContext>()({
    operation: 'factors.change-password',
    summary: 'Change own password',
    description: 'Every other session is over then.',
    method: 'POST',
    path: '/factors/password',
    scope: 'person',
    body: z.strictObject({ password: passwordAgain, new_password: newPassword }),
    response: z.object({ sessions_ended: z.int() }),
    errors: [signInRefused, signInSlowed],
    async handle({ body, caller, commit }, { db, clock }) {
      const person = await self(db, caller.person.uid);
      await provePassword({ db, clock }, person, body.password);
      const passwordHash = await hashPassword(body.new_password);
      return commit(async (tx) => {
        const now = clock.now();
        await personSetPassword(tx, person.uid, passwordHash, now);
        const ended = await endOtherSessions(tx, person.uid, caller.person.sessionUid, now);
        const about = { ...person, teamUid: caller.teamId };
        await recordEvents(tx, [personEvent('person.password_changed', about, caller, now)]);
        return { message: 'Password changed successfully', sessions_ended: ended };
      });
    },
  });
