// POST /people/confirm-email: the link to a new address was followed.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { linkNotValid } from './errors.ts';
import { personEvent } from './events.ts';
import { linkSha256, linkToken } from './link.ts';
import { linkByToken, linkLock, linksOfPersonEnd } from './link-store.ts';
import { mailNotice } from './mail.ts';
import { personByUid, personSetEmail, teamsOfPerson } from './store.ts';

export const confirmEmail = defineEndpoint<FeatureContext>()({
  operation: 'people.confirm-email',
  summary: 'Confirm new address by link',
  description:
    'From then on its owner signs in with it. Links that were mailed to the old address are good no more, and it is told.',
  method: 'POST',
  path: '/people/confirm-email',
  scope: 'public',
  rateLimit: 'sign_in',
  body: z.strictObject({ token: linkToken }),
  response: z.object({ email: z.string() }),
  errors: [linkNotValid],
  async handle({ body, concerns, commit }, { db, clock, secrets }) {
    const link = await linkByToken(db, linkSha256(body.token), clock.now());
    if (link?.kind !== 'address') throw linkNotValid('The link is not valid');
    const { teamUid, personUid, email } = link;
    concerns({ teamUid, personUid, proven: true });
    return commit(async (tx) => {
      const now = clock.now();
      const person = (await linkLock(tx, link.uid, now)) && (await personByUid(tx, personUid));
      if (!person) throw linkNotValid('The link is not valid');
      await linksOfPersonEnd(tx, personUid, now);
      // Somebody else came with the address meanwhile.
      if (!(await personSetEmail(tx, personUid, email))) throw linkNotValid('The address is taken by now');
      const teams = await teamsOfPerson(tx, personUid);
      await recordEvents(
        tx,
        teams.map(({ uid }) =>
          personEvent('person.address_changed', { uid: personUid, teamUid: uid, email }, null, now, {
            before: person.email,
            after: email,
          }),
        ),
      );
      await mailNotice(tx, secrets, { to: person.email, ...told(email), now });
      return { message: 'Address changed successfully', email };
    });
  },
});

const told = (email: string) => ({
  subject: 'Your address for InboxKit was changed',
  text: `From now on you sign in to InboxKit with ${email}, and with this address no more. If it was not you, tell an owner of your team at once: they can sign you out everywhere and make you a link for a new password.\n`,
});
