// POST /people/update: another role.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { lockTeam } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { lastOwner, personNotFound, roleNotHeld } from './errors.ts';
import { personEvent } from './events.ts';
import type { ReadFactors } from './list.endpoint.ts';
import { mayDecideAbout } from './person.ts';
import { personRow, personShape, roleField } from './schema.ts';
import { memberByUid, memberSetRole, ownerCount } from './store.ts';

export const updatePerson = (readFactors: ReadFactors) =>
  defineEndpoint<FeatureContext>()({
    operation: 'people.update',
    summary: 'Change role of person',
    description: 'It holds from their next request on.',
    method: 'POST',
    path: '/people/update',
    aliases: [{ method: 'PATCH', path: '/people/{uid}' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({ uid: uidToFind, role: roleField }),
    response: z.object({ person: personShape }),
    errors: [personNotFound, roleNotHeld, lastOwner],
    handle: ({ body, caller, commit }, { clock }) =>
      commit(async (tx) => {
        // Of two owners who make each other something else at once, the second must see that they are the last.
        await lockTeam(tx, caller.teamId);
        const before = await memberByUid(tx, caller.teamId, body.uid);
        if (!before) throw personNotFound('Person not found');
        for (const role of [before.role, body.role]) {
          if (!mayDecideAbout(caller, role)) {
            throw roleNotHeld(`You may not decide about the role ${role}`, { role });
          }
        }
        if (before.role === 'owner' && body.role !== 'owner' && (await ownerCount(tx, caller.teamId)) === 1) {
          throw lastOwner('The only owner of a team stays one');
        }
        if (before.role !== body.role) {
          await memberSetRole(tx, before, body.role);
          const data = { role: body.role, previous_role: before.role };
          await recordEvents(tx, [personEvent('person.role_changed', before, caller, clock.now(), data)]);
        }
        const factors = (await readFactors(tx, [before.uid])).get(before.uid);
        return {
          message: 'Person updated successfully',
          person: personRow({ ...before, role: body.role }, factors),
        };
      }),
  });
