// POST /people/reset-link: a way back in for somebody who lost their password, or what makes their codes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personElsewhere, personNotFound, roleNotHeld } from './errors.ts';
import { personEvent } from './events.ts';
import { handedOver, handOver, sendMail } from './hand-over.ts';
import { makeLink } from './link.ts';
import { linksOfPersonEnd } from './link-store.ts';
import { mayDecideAbout } from './person.ts';
import { memberByUid, teamsOfPerson } from './store.ts';

export const resetLink = defineEndpoint<FeatureContext>()({
  operation: 'people.reset-link',
  summary: 'Make link for new password',
  description:
    'The link is good once and for an hour. It is mailed to them where the installation can, and else is in this answer ' +
    'alone: hand it to them. Until they follow it nothing changes for them.',
  method: 'POST',
  path: '/people/reset-link',
  aliases: [{ method: 'POST', path: '/people/{uid}/reset-link' }],
  scope: 'team',
  right: 'admin',
  status: 201,
  body: z.strictObject({
    uid: uidToFind,
    remove_factors: z.boolean().default(false).meta({
      description: 'Whether following it also takes their one-time codes and passkeys away.',
    }),
    send_mail: sendMail,
  }),
  response: z.object({ ...handedOver, expires_at: z.iso.datetime() }),
  errors: [personNotFound, roleNotHeld, personElsewhere],
  handle: ({ body, caller, commit }, context) =>
    commit(async (tx) => {
      const { clock, settings } = context;
      const member = await memberByUid(tx, caller.teamId, body.uid);
      if (!member) throw personNotFound('Person not found');
      const { role, uid } = member;
      // Whoever runs the installation does so whatever their role, so their password is nobody's but an operator's to set.
      if (!mayDecideAbout(caller, role) || (member.operator && !caller.operator)) {
        throw roleNotHeld(`You may not decide about this ${role}`, { role });
      }
      if ((await teamsOfPerson(tx, uid)).length > 1) {
        throw personElsewhere(`${member.email} is also in another team`);
      }
      const now = clock.now();
      await linksOfPersonEnd(tx, uid, now);
      const wish = {
        kind: 'reset' as const,
        teamUid: caller.teamId,
        personUid: uid,
        removesFactors: body.remove_factors,
      };
      const { link, url } = await makeLink(tx, wish, { publicUrl: settings.publicUrl(), now });
      const data = { removes_factors: body.remove_factors };
      await recordEvents(tx, [personEvent('person.reset_link_made', member, caller, now, data)]);
      const to = { to: member.email, link, url, wanted: body.send_mail, now };
      return {
        message: 'Link made successfully',
        ...(await handOver(tx, context, to)),
        expires_at: link.expiresAt.toISOString(),
      };
    }),
});
