// Signing in with a passkey: whose it is, when it is the real one.
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { Db } from '../../../database/database.ts';
import { credentialOf, newChallenge, relyingParty } from './ceremony.ts';
import { challengeInsert, challengeTake, type Passkey, passkeyByCredential } from './store.ts';

type Deps = { db: Db; publicUrl: string; now: Date };

/** Names no passkeys: the browser shows those it has for us, and nobody learns from us which addresses have one. */
export const signInOptions = async ({ db, publicUrl, now }: Deps) => {
  const { id } = relyingParty(publicUrl);
  const options = await generateAuthenticationOptions({ rpID: id, userVerification: 'required' });
  const challenge = newChallenge(null, options.challenge, now);
  await challengeInsert(db, challenge);
  return { challengeUid: challenge.uid, options };
};

/** The passkey that answered the challenge, with its new count; null when none did. */
export const provenPasskey = async (
  { db, publicUrl, now }: Deps,
  challengeUid: string,
  credential: Record<string, unknown>,
): Promise<{ passkey: Passkey; signCount: number } | null> => {
  const { id, origin } = relyingParty(publicUrl);
  const expectedChallenge = await challengeTake(db, { uid: challengeUid, personUid: null, now });
  const passkey = typeof credential.id === 'string' ? await passkeyByCredential(db, credential.id) : null;
  if (expectedChallenge === null || !passkey) return null;
  const proof = await verifyAuthenticationResponse({
    response: credential as unknown as AuthenticationResponseJSON,
    expectedChallenge,
    expectedOrigin: origin,
    expectedRPID: id,
    credential: credentialOf(passkey),
    requireUserVerification: true,
    // What it throws says what is wrong with the answer, which is not for whoever sent a wrong one.
  }).catch(() => null);
  return proof?.verified ? { passkey, signCount: proof.authenticationInfo.newCounter } : null;
};
