// POST /factors/totp: a secret for a device that makes one-time codes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { provePassword, signInRefused, signInSlowed } from '../people/index.ts';
import { newSecret, otpauthUrl, sealSecret } from './codes.ts';
import { codesInUse } from './errors.ts';
import { passwordAgain, self } from './schema.ts';
import { totpInsert } from './store.ts';

export const enrolTotp = defineEndpoint<FeatureContext>()({
  operation: 'factors.enrol-totp',
  summary: 'Enrol one-time codes',
  description:
    'Nothing changes until a first code proves that the device makes the right ones: `POST /factors/totp/confirm`.',
  method: 'POST',
  path: '/factors/totp',
  scope: 'person',
  status: 201,
  body: z.strictObject({ password: passwordAgain }),
  response: z.object({
    secret: z.string().meta({ description: 'Base32, for typing.' }),
    otpauth_url: z.string().meta({ description: 'For a picture to scan.' }),
  }),
  errors: [codesInUse, signInRefused, signInSlowed],
  async handle({ body, caller, commit }, { db, clock, secrets }) {
    const person = await self(db, caller.person.uid);
    await provePassword({ db, clock }, person, body.password);
    const secret = newSecret();
    return commit(async (tx) => {
      const secretSealed = sealSecret(secrets, person.uid, secret);
      if (!(await totpInsert(tx, { personUid: person.uid, secretSealed, now: clock.now() }))) {
        throw codesInUse('One-time codes are in use already');
      }
      return {
        message: 'Scan the picture and confirm with a code',
        secret,
        otpauth_url: otpauthUrl(secret, person.email),
      };
    });
  },
});
