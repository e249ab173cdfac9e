// POST /factors/totp/confirm: the device makes the right codes; from now on signing in takes one.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { personEvent } from '../people/index.ts';
import { giveRecoveryCodes, useTotpCode } from './codes.ts';
import { codesInUse, codesNotInUse, codeWrong } from './errors.ts';
import { codeField, recoveryCodes, self } from './schema.ts';
import { totpByPerson, totpConfirm } from './store.ts';

export const confirmTotp = defineEndpoint<FeatureContext>()({
  operation: 'factors.confirm-totp',
  summary: 'Confirm one-time codes',
  method: 'POST',
  path: '/factors/totp/confirm',
  scope: 'person',
  body: z.strictObject({ code: codeField }),
  response: z.object({ recovery_codes: recoveryCodes }),
  errors: [codesInUse, codesNotInUse, codeWrong],
  handle: ({ body, caller, commit }, { clock, secrets }) =>
    commit(async (tx) => {
      const person = await self(tx, caller.person.uid);
      const factor = await totpByPerson(tx, person.uid);
      if (!factor) throw codesNotInUse('There is nothing to confirm');
      if (factor.confirmedAt) throw codesInUse('One-time codes are in use already');
      const now = clock.now();
      const used = { personUid: person.uid, factor, code: body.code.replace(/\s/g, ''), now };
      if (!(await useTotpCode(tx, secrets, used))) throw codeWrong('The code is not the right one');
      await totpConfirm(tx, person.uid, now);
      const recovery_codes = await giveRecoveryCodes(tx, person.uid);
      const about = { ...person, teamUid: caller.teamId };
      const data = { factor: 'one_time_codes' };
      await recordEvents(tx, [personEvent('person.factor_added', about, caller, now, data)]);
      return { message: 'One-time codes are in use from now on', recovery_codes };
    }),
});
