// An authenticator for tests: makes a passkey and signs with it, as a phone does (Web Authentication Level 3, §6).
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

type Options = { challenge: string; rp?: { id?: string }; rpId?: string };
type Wish = { origin: string; rpId?: string; userVerified?: boolean; challenge?: string };

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

export const createAuthenticator = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let signCount = 0;

  const clientData = (type: string, challenge: string, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

  const authenticatorData = (rpId: string, flags: number): Buffer => {
    signCount += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(signCount);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count]);
  };

  /** The public key as COSE writes it (RFC 9053 §7.1.1): EC2, ES256, P-256. */
  const coseKey = (): Uint8Array => {
    const { x, y } = publicKey.export({ format: 'jwk' });
    return isoCBOR.encode(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y!, 'base64url'))],
      ]),
    );
  };

  return {
    /** `navigator.credentials.create()`, as JSON. */
    create(options: Options, { origin, rpId, userVerified = true, challenge }: Wish) {
      const flags = USER_PRESENT | HAS_CREDENTIAL | (userVerified ? USER_VERIFIED : 0);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const authData = Buffer.concat([
        authenticatorData(rpId ?? options.rp!.id!, flags),
        Buffer.alloc(16),
        length,
        id,
        coseKey(),
      ]);
      const attestation = isoCBOR.encode(
        new Map<string, string | Uint8Array | Map<string, string>>([
          ['fmt', 'none'],
          ['attStmt', new Map<string, string>()],
          ['authData', new Uint8Array(authData)],
        ]),
      );
      return {
        id: base64url(id),
        rawId: base64url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', challenge ?? options.challenge, origin)),
          attestationObject: base64url(attestation),
          transports: ['internal'],
        },
      };
    },

    /** `navigator.credentials.get()`, as JSON. */
    get(options: Options, { origin, rpId, userVerified = true, challenge }: Wish) {
      const client = clientData('webauthn.get', challenge ?? options.challenge, origin);
      const authData = authenticatorData(
        rpId ?? options.rpId!,
        USER_PRESENT | (userVerified ? USER_VERIFIED : 0),
      );
      const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey);
      return {
        id: base64url(id),
        rawId: base64url(id),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(authData),
          signature: base64url(signature),
        },
      };
    },
  };
};
