// What passes between us and an authenticator (Web Authentication Level 3, §7): who we are to it, and the challenges.
import { isIP } from 'node:net';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { uidToFind } from '../../http/uid.ts';
import { passkeysNeedName } from './errors.ts';
import type { Passkey } from './store.ts';

const CHALLENGE_MS = 5 * 60_000;

/** COSE algorithms (RFC 9053): EdDSA, ES256, RS256. What authenticators in use can do. */
export const algorithms = [-8, -7, -257];

export const relyingPartyName = 'InboxKit';

/**
 * Who a passkey is for: the name in the address of this installation, and nothing else that is served from it.
 *
 * @throws {ApiError} `passkeys_need_name`
 */
export const relyingParty = (publicUrl: string): { id: string; origin: string } => {
  const { hostname, origin, protocol } = new URL(publicUrl);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (isAddress || (protocol !== 'https:' && hostname !== 'localhost')) {
    throw passkeysNeedName(`Browsers make no passkeys for ${origin}`);
  }
  return { id: hostname, origin };
};

export const newChallenge = (personUid: string | null, challenge: string, now: Date) => ({
  uid: newId(),
  personUid,
  challenge,
  expiresAt: new Date(now.getTime() + CHALLENGE_MS),
});

/** Which challenge a credential answers; an unknown one is refused like a credential that is none. */
export const challengeField = uidToFind.meta({ description: 'The `challenge` that came with the options.' });

/** What `PublicKeyCredential.toJSON()` writes; read by the library that checks it. */
export const credentialField = z
  .record(z.string(), z.unknown())
  .meta({ description: 'The credential that the browser answered, as its `toJSON()` writes it.' });

export const optionsShape = z.record(z.string(), z.unknown()).meta({
  description: 'For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`.',
});

export const credentialOf = (passkey: Passkey): WebAuthnCredential => ({
  id: passkey.credentialId,
  publicKey: new Uint8Array(passkey.publicKey),
  counter: passkey.signCount,
  transports: passkey.transports as WebAuthnCredential['transports'],
});
