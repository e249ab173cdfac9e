// POST /people/email: another address to sign in with, which whoever reads its mail confirms.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { takeAttempt } from './attempts.ts';
import { mailNotSetUp, signInRefused, signInSlowed } from './errors.ts';
import { personEvent } from './events.ts';
import { makeLink } from './link.ts';
import { addressLinksEnd } from './link-store.ts';
import { mailLink, mailNotice } from './mail.ts';
import { givenPassword, provePassword } from './password.ts';
import { personEmail } from './schema.ts';
import { personByEmail, personByUid } from './store.ts';

const TAKEN = {
  subject: 'Your address and InboxKit',
  text: 'Somebody who is signed in to InboxKit wanted to sign in with this address. It has an account of its own, so nothing was changed. If it was you, sign in with this address.\n',
};

export const changeEmail = defineEndpoint<FeatureContext>()({
  operation: 'people.change-email',
  summary: 'Change own address',
  description:
    'A link is mailed to the new address; signing in with it begins when the link is followed, and the old address is ' +
    'told. Until then nothing changes. The answer is the same when somebody has the address already.',
  method: 'POST',
  path: '/people/email',
  scope: 'person',
  status: 202,
  body: z.strictObject({
    email: personEmail,
    password: givenPassword.meta({ description: 'The password of whoever is signed in.' }),
  }),
  response: z.object({ email: z.string().meta({ description: 'Where the link is mailed to' }) }),
  errors: [mailNotSetUp, signInRefused, signInSlowed],
  async handle({ body, caller, commit }, { db, clock, secrets, settings, systemMail }) {
    if (!systemMail) throw mailNotSetUp('This installation has no mail server for it');
    const person = (await personByUid(db, caller.person.uid))!;
    await provePassword({ db, clock }, person, body.password);
    // Nobody's mailbox is filled from here.
    await takeAttempt({ db, clock }, `forgot ${body.email}`);
    const other = await personByEmail(db, body.email);
    return commit(async (tx) => {
      const now = clock.now();
      await addressLinksEnd(tx, person.uid, now);
      if (other) await mailNotice(tx, secrets, { to: body.email, ...TAKEN, now });
      else {
        const wish = {
          kind: 'address' as const,
          teamUid: caller.teamId,
          personUid: person.uid,
          email: body.email,
        };
        const { link, url } = await makeLink(tx, wish, { publicUrl: settings.publicUrl(), now });
        await mailLink(tx, secrets, { to: body.email, link, url, team: '', now });
      }
      const about = { ...person, teamUid: caller.teamId };
      await recordEvents(tx, [
        personEvent('person.address_change_asked', about, caller, now, { new_email: body.email }),
      ]);
      return { message: 'A link is on its way to the new address', email: body.email };
    });
  },
});
