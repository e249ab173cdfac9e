// POST /people/remove: somebody leaves the team, or an invitation is withdrawn.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import type { Caller } from '../../http/caller.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { lockTeam } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { lastOwner, personNotFound, roleNotHeld } from './errors.ts';
import { personEvent } from './events.ts';
import { invitationByUid, linkEnd, linksOfPersonEnd } from './link-store.ts';
import { type Member, mayDecideAbout } from './person.ts';
import { memberByUid, memberDelete, ownerCount } from './store.ts';

export const removePerson = defineEndpoint<FeatureContext>()({
  operation: 'people.remove',
  summary: 'Remove person',
  description:
    'Their sessions in the team are over at once. Keys that they made stay: look through `GET /keys`. With the uid of an ' +
    'invitation it is withdrawn, and its link is worth nothing any more.',
  method: 'POST',
  path: '/people/remove',
  aliases: [{ method: 'DELETE', path: '/people/{uid}' }],
  scope: 'team',
  right: 'admin',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid() }),
  errors: [personNotFound, roleNotHeld, lastOwner],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      await lockTeam(tx, caller.teamId);
      const now = clock.now();
      const member = await memberByUid(tx, caller.teamId, body.uid);
      if (member) await removeMember(tx, member, caller, now);
      else await withdraw(tx, caller, body.uid, now);
      return { message: member ? 'Person removed successfully' : 'Invitation withdrawn', uid: body.uid };
    }),
});

const removeMember = async (tx: Tx, member: Member, caller: Caller, now: Date): Promise<void> => {
  const { role, teamUid, uid } = member;
  if (!mayDecideAbout(caller, role)) {
    throw roleNotHeld(`You may not decide about the role ${role}`, { role });
  }
  if (role === 'owner' && (await ownerCount(tx, teamUid)) === 1) {
    throw lastOwner('The only owner of a team cannot be removed');
  }
  await linksOfPersonEnd(tx, uid, now);
  await memberDelete(tx, member);
  await recordEvents(tx, [personEvent('person.removed', member, caller, now, { role })]);
};

const withdraw = async (tx: Tx, caller: Caller, uid: string, now: Date): Promise<void> => {
  const invitation = await invitationByUid(tx, caller.teamId, uid);
  if (!invitation) throw personNotFound('Person not found');
  const { role } = invitation;
  if (!mayDecideAbout(caller, role)) {
    throw roleNotHeld(`You may not decide about the role ${role}`, { role });
  }
  await linkEnd(tx, uid, now);
  await recordEvents(tx, [personEvent('person.invitation_withdrawn', invitation, caller, now, { role })]);
};
