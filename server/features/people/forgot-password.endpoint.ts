// POST /people/forgot-password: a link for a new password, mailed to the address if somebody has it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { takeAttempt } from './attempts.ts';
import { mailNotSetUp, signInSlowed } from './errors.ts';
import { personEvent } from './events.ts';
import { handOver } from './hand-over.ts';
import { makeLink } from './link.ts';
import { personEmail } from './schema.ts';
import { personByEmail, teamsOfPerson } from './store.ts';

export const forgotPassword = defineEndpoint<FeatureContext>()({
  operation: 'people.forgot-password',
  summary: 'Ask for new password',
  description: 'The answer is the same whether or not somebody has the address.',
  method: 'POST',
  path: '/people/forgot-password',
  scope: 'public',
  rateLimit: 'sign_in',
  status: 202,
  body: z.strictObject({ email: personEmail }),
  response: z.object({}),
  errors: [mailNotSetUp, signInSlowed],
  async handle({ body, concerns, commit }, context) {
    const { db, clock, settings, systemMail } = context;
    if (!systemMail) throw mailNotSetUp('This installation has no mail server for it');
    // Nobody's mailbox is filled from here.
    await takeAttempt({ db, clock }, `forgot ${body.email}`);
    const person = await personByEmail(db, body.email);
    const [team] = person ? await teamsOfPerson(db, person.uid) : [];
    if (person && team) concerns({ teamUid: team.uid, personUid: person.uid, proven: false });
    return commit(async (tx) => {
      if (person && team) {
        const now = clock.now();
        const wish = {
          kind: 'reset' as const,
          teamUid: team.uid,
          personUid: person.uid,
          removesFactors: false,
        };
        const { link, url } = await makeLink(tx, wish, { publicUrl: settings.publicUrl(), now });
        const about = { ...person, teamUid: team.uid };
        await recordEvents(tx, [personEvent('person.reset_link_made', about, null, now, { asked: true })]);
        await handOver(tx, context, { to: person.email, link, url, wanted: true, now });
      }
      return { message: 'If somebody has the address, a link is on its way' };
    });
  },
});
