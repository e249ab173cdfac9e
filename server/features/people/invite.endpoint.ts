// POST /people/invite: a link for somebody to join the team with.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { findWorkspace, workspaceNotFound } from '../workspaces/index.ts';
import { alreadyMember, roleNotHeld } from './errors.ts';
import { personEvent } from './events.ts';
import { handedOver, handOver, sendMail } from './hand-over.ts';
import { makeLink } from './link.ts';
import { type Invitation, invitationEnd } from './link-store.ts';
import { mayDecideAbout } from './person.ts';
import { invitationRow, invitationShape, personEmail, roleField } from './schema.ts';
import { memberByEmail } from './store.ts';

export const invitePerson = defineEndpoint<FeatureContext>()({
  operation: 'people.invite',
  summary: 'Invite person',
  description:
    'The link is good once and for seven days. It is mailed to them where the installation can, and else is in this ' +
    'answer alone: hand it to them. Whoever is invited again gets a new link, and the one before is worth nothing any more.',
  method: 'POST',
  path: '/people/invite',
  aliases: [{ method: 'POST', path: '/people' }],
  scope: 'team',
  right: 'admin',
  status: 201,
  body: z.strictObject({
    email: personEmail,
    role: roleField,
    workspace_uids: orAbsent(z.array(z.uuid()).max(500)).meta({
      description: 'Workspaces they become a member of; a client reaches no others.',
    }),
    send_mail: sendMail,
  }),
  response: z.object({ invitation: invitationShape, ...handedOver }),
  errors: [alreadyMember, roleNotHeld, workspaceNotFound],
  examples: { body: { email: 'mara@northpeak.example', role: 'operator' } },
  handle: ({ body, caller, commit }, context) =>
    commit(async (tx) => {
      const { clock, settings } = context;
      const { email, role } = body;
      if (!mayDecideAbout(caller, role)) throw roleNotHeld(`You may not give the role ${role}`, { role });
      const workspaceUids = [...new Set(body.workspace_uids)];
      for (const uid of workspaceUids) {
        if (!(await findWorkspace(tx, caller.teamId, uid))) throw workspaceNotFound('Workspace not found');
      }
      if (await memberByEmail(tx, caller.teamId, email))
        throw alreadyMember(`${email} is in the team already`);
      const now = clock.now();
      await invitationEnd(tx, caller.teamId, email, now);
      const wish = { kind: 'invitation' as const, teamUid: caller.teamId, email, role, workspaceUids };
      const { link, url } = await makeLink(tx, wish, { publicUrl: settings.publicUrl(), now });
      const about = { uid: link.uid, teamUid: caller.teamId, email };
      await recordEvents(tx, [personEvent('person.invited', about, caller, now, { role })]);
      return {
        message: 'Person invited successfully',
        invitation: invitationRow(link as Invitation),
        ...(await handOver(tx, context, { to: email, link, url, wanted: body.send_mail, now })),
      };
    }),
});
