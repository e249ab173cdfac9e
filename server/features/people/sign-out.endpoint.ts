// POST /people/sign-out: somebody is signed out of every device, such as one that was lost.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personNotFound, roleNotHeld } from './errors.ts';
import { personEvent } from './events.ts';
import { mayDecideAbout } from './person.ts';
import { memberByUid } from './store.ts';

/** Ends the sessions a person has in a team; handed in, because sessions come later in the order. */
export type EndSessionsIn = (
  tx: Tx,
  who: { personUid: string; teamUid: string },
  now: Date,
) => Promise<number>;

export const signPersonOut = (endSessionsIn: EndSessionsIn) =>
  defineEndpoint<FeatureContext>()({
    operation: 'people.sign-out',
    summary: 'Sign person out',
    description: 'Of every session in the team. They can sign in again.',
    method: 'POST',
    path: '/people/sign-out',
    aliases: [{ method: 'POST', path: '/people/{uid}/sign-out' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({ uid: uidToFind }),
    response: z.object({ sessions_ended: z.int() }),
    errors: [personNotFound, roleNotHeld],
    handle: ({ body, caller, commit }, { clock }) =>
      commit(async (tx) => {
        const member = await memberByUid(tx, caller.teamId, body.uid);
        if (!member) throw personNotFound('Person not found');
        const { role, uid, teamUid } = member;
        if (!mayDecideAbout(caller, role)) {
          throw roleNotHeld(`You may not decide about the role ${role}`, { role });
        }
        const now = clock.now();
        const ended = await endSessionsIn(tx, { personUid: uid, teamUid }, now);
        if (ended > 0) await recordEvents(tx, [personEvent('person.signed_out', member, caller, now)]);
        return { message: 'Person signed out successfully', sessions_ended: ended };
      }),
  });
