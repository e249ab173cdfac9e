// POST /people/reset-password: a new password by a link.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { forgiveAttempts } from './attempts.ts';
import { linkNotValid } from './errors.ts';
import { personEvent } from './events.ts';
import { linkSha256, linkToken } from './link.ts';
import { linkByToken, linkLock, linksOfPersonEnd } from './link-store.ts';
import { attemptsAt, hashPassword, newPassword } from './password.ts';
import { personByUid, personSetPassword } from './store.ts';

/** What a new password ends; handed in, because sessions and factors come later in the order. */
export type EndAccess = (tx: Tx, personUid: string, what: { factors: boolean }, now: Date) => Promise<void>;

export const resetPassword = (endAccess: EndAccess) =>
  defineEndpoint<FeatureContext>()({
    operation: 'people.reset-password',
    summary: 'Choose new password by link',
    description: 'Every session of theirs is over then. Signing in comes after it: `POST /sessions`.',
    method: 'POST',
    path: '/people/reset-password',
    scope: 'public',
    rateLimit: 'sign_in',
    body: z.strictObject({ token: linkToken, password: newPassword }),
    response: z.object({ email: z.string() }),
    errors: [linkNotValid],
    examples: { body: { token: 'kZ0f…', password: 'four words of my own' } },
    async handle({ body, concerns, commit }, { db, clock }) {
      const link = await linkByToken(db, linkSha256(body.token), clock.now());
      if (link?.kind !== 'reset') throw linkNotValid('The link is not valid');
      concerns({ teamUid: link.teamUid, personUid: link.personUid, proven: true });
      const passwordHash = await hashPassword(body.password);
      const answer = await commit(async (tx) => {
        const now = clock.now();
        const person = (await linkLock(tx, link.uid, now)) && (await personByUid(tx, link.personUid));
        if (!person) throw linkNotValid('The link is not valid');
        await linksOfPersonEnd(tx, person.uid, now);
        await personSetPassword(tx, person.uid, passwordHash, now);
        await endAccess(tx, person.uid, { factors: link.removesFactors }, now);
        const about = { ...person, teamUid: link.teamUid };
        await recordEvents(tx, [personEvent('person.password_changed', about, null, now, { by_link: true })]);
        return { message: 'Password changed successfully', email: person.email };
      });
      await forgiveAttempts({ db, clock }, attemptsAt(answer.email));
      return answer;
    },
  });
