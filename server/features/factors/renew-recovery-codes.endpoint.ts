// POST /factors/recovery-codes: new recovery codes in place of the old ones.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personEvent, provePassword, signInRefused, signInSlowed } from '../people/index.ts';
import { giveRecoveryCodes, needsCode } from './codes.ts';
import { codesNotInUse } from './errors.ts';
import { passwordAgain, recoveryCodes, self } from './schema.ts';

export const renewRecoveryCodes = defineEndpoint<FeatureContext>()({
  operation: 'factors.renew-recovery-codes',
  summary: 'Renew recovery codes',
  description: 'Those there were are worth nothing any more.',
  method: 'POST',
  path: '/factors/recovery-codes',
  scope: 'person',
  status: 201,
  body: z.strictObject({ password: passwordAgain }),
  response: z.object({ recovery_codes: recoveryCodes }),
  errors: [codesNotInUse, signInRefused, signInSlowed],
  async handle({ body, caller, commit }, { db, clock }) {
    const person = await self(db, caller.person.uid);
    await provePassword({ db, clock }, person, body.password);
    return commit(async (tx) => {
      if (!(await needsCode(tx, person.uid))) throw codesNotInUse('There are no one-time codes');
      const recovery_codes = await giveRecoveryCodes(tx, person.uid);
      const about = { ...person, teamUid: caller.teamId };
      await recordEvents(tx, [personEvent('person.recovery_codes_renewed', about, caller, clock.now())]);
      return { message: 'Recovery codes renewed', recovery_codes };
    });
  },
});
