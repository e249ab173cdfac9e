// POST /passkeys: a passkey that the browser made.
import { type RegistrationResponseJSON, verifyRegistrationResponse } from '@simplewebauthn/server';
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { oneLine } from '../../http/one-line.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { self } from '../factors/index.ts';
import { personEvent } from '../people/index.ts';
import { algorithms, challengeField, credentialField, relyingParty } from './ceremony.ts';
import { passkeyRefused, passkeysNeedName } from './errors.ts';
import { passkeyRow, passkeyShape } from './schema.ts';
import { challengeTake, type Passkey, passkeyInsert } from './store.ts';

export const addPasskey = defineEndpoint<FeatureContext>()({
  operation: 'passkeys.add',
  summary: 'Add passkey',
  method: 'POST',
  path: '/passkeys',
  scope: 'person',
  status: 201,
  body: z.strictObject({
    challenge: challengeField,
    name: z.string().trim().min(1).max(80).regex(oneLine).meta({ example: 'Laptop' }),
    credential: credentialField,
  }),
  response: z.object({ passkey: passkeyShape }),
  errors: [passkeyRefused, passkeysNeedName],
  async handle({ body, caller, commit }, { db, clock, settings }) {
    const { uid: personUid } = caller.person;
    const { id, origin } = relyingParty(settings.publicUrl());
    const now = clock.now();
    const expectedChallenge = await challengeTake(db, { uid: body.challenge, personUid, now });
    if (expectedChallenge === null) throw passkeyRefused('The options are too old, or were used already');
    const made = await verifyRegistrationResponse({
      // Checked by the library, which throws at what it cannot read.
      response: body.credential as unknown as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }).catch((error: Error) => {
      throw passkeyRefused(`The passkey is not the one that was asked for: ${error.message}`);
    });
    if (!made.verified) throw passkeyRefused('The passkey is not the one that was asked for');
    const { credential, credentialBackedUp } = made.registrationInfo;
    const passkey: Passkey = {
      uid: newId(),
      personUid,
      name: body.name,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      signCount: credential.counter,
      transports: credential.transports ?? [],
      backedUp: credentialBackedUp,
      createdAt: now,
      lastUsedAt: null,
    };
    return commit(async (tx) => {
      if (!(await passkeyInsert(tx, passkey))) throw passkeyRefused('The passkey is known already');
      const about = { ...(await self(tx, personUid)), teamUid: caller.teamId };
      const data = { factor: 'passkey', name: passkey.name };
      await recordEvents(tx, [personEvent('person.factor_added', about, caller, now, data)]);
      return { message: 'Passkey added successfully', passkey: passkeyRow(passkey) };
    });
  },
});
