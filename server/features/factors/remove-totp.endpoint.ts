// POST /factors/totp/remove: signing in takes no code any more.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personEvent, provePassword, signInRefused, signInSlowed } from '../people/index.ts';
import { codesNotInUse } from './errors.ts';
import { passwordAgain, self } from './schema.ts';
import { totpDelete } from './store.ts';

export const removeTotp = defineEndpoint<FeatureContext>()({
  operation: 'factors.remove-totp',
  summary: 'Remove one-time codes',
  method: 'POST',
  path: '/factors/totp/remove',
  aliases: [{ method: 'DELETE', path: '/factors/totp' }],
  scope: 'person',
  body: z.strictObject({ password: passwordAgain }),
  response: z.object({}),
  errors: [codesNotInUse, signInRefused, signInSlowed],
  async handle({ body, caller, commit }, { db, clock }) {
    const person = await self(db, caller.person.uid);
    await provePassword({ db, clock }, person, body.password);
    return commit(async (tx) => {
      if (!(await totpDelete(tx, person.uid))) throw codesNotInUse('There are no one-time codes');
      const about = { ...person, teamUid: caller.teamId };
      const data = { factor: 'one_time_codes' };
      await recordEvents(tx, [personEvent('person.factor_removed', about, caller, clock.now(), data)]);
      return { message: 'One-time codes removed' };
    });
  },
});
