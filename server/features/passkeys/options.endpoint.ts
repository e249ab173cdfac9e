// POST /passkeys/options: what the browser needs to make a passkey.
import { generateRegistrationOptions } from '@simplewebauthn/server';
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { passwordAgain, self } from '../factors/index.ts';
import { provePassword, signInRefused, signInSlowed } from '../people/index.ts';
import { algorithms, newChallenge, optionsShape, relyingParty, relyingPartyName } from './ceremony.ts';
import { passkeysNeedName } from './errors.ts';
import { challengeInsert, passkeysOfPerson } from './store.ts';

export const passkeyOptions = defineEndpoint<FeatureContext>()({
  operation: 'passkeys.options',
  summary: 'Begin to add passkey',
  description: 'Good for five minutes. Then `POST /passkeys` with what the browser made.',
  method: 'POST',
  path: '/passkeys/options',
  scope: 'person',
  status: 201,
  body: z.strictObject({ password: passwordAgain }),
  response: z.object({ challenge: z.uuid(), options: optionsShape }),
  errors: [passkeysNeedName, signInRefused, signInSlowed],
  async handle({ body, caller, commit }, { db, clock, settings }) {
    const person = await self(db, caller.person.uid);
    const { id } = relyingParty(settings.publicUrl());
    await provePassword({ db, clock }, person, body.password);
    const known = await passkeysOfPerson(db, person.uid);
    const options = await generateRegistrationOptions({
      rpName: relyingPartyName,
      rpID: id,
      userID: new Uint8Array(Buffer.from(person.uid)),
      userName: person.email,
      userDisplayName: person.name,
      supportedAlgorithmIDs: algorithms,
      excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
      // Found by the browser without an address, and unlocked by their owner: that is two factors in one.
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    const challenge = newChallenge(person.uid, options.challenge, clock.now());
    return commit(async (tx) => {
      await challengeInsert(tx, challenge);
      return {
        message: 'Make the passkey with these options',
        challenge: challenge.uid,
        options: { ...options },
      };
    });
  },
});
