// Secrets at rest: envelope encryption with AES-256-GCM (NIST SP 800-38D). Every value has a data key of its
// own, which is sealed by a key of the ring, so that no key ever encrypts enough to repeat a nonce.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

export { generateKey, type KeyRing, loadOrCreateKeyRing, parseKeyRing } from './key-ring.ts';

/**
 * `context` says where a value belongs, for example `mailbox:<uid>:password`. It is not stored; opening with
 * another one fails, so that a sealed value copied to another row opens nothing.
 */
export type SecretBox = {
  seal(plaintext: string, context: string): string;
  /** @throws {SecretUnreadable} */
  open(sealed: string, context: string): string;
};

/** The value was sealed with a key that is not in the ring, belongs to another context, or was changed. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
}

const version = 'v1';
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

type Encrypted = { iv: Buffer; tag: Buffer; ciphertext: Buffer };

/**
 * Sealed values read `v1.<key id>.<data key>.<iv>.<tag>.<ciphertext>`, base64url; the data key is its own iv,
 * tag and ciphertext in one piece. The newest key of the ring seals, every key opens.
 */
export const createSecretBox = (ring: KeyRing): SecretBox => {
  const [newest] = ring.keys;
  if (!newest) throw new Error('a secret box needs at least one key');
  const keys = new Map(ring.keys.map(({ id, key }) => [id, key]));
  return {
    seal: (plaintext, context) => {
      const dataKey = randomBytes(keyBytes);
      const wrapped = encrypt(newest.key, dataKey, wrapContext(newest.id));
      const value = encrypt(dataKey, Buffer.from(plaintext, 'utf8'), context);
      dataKey.fill(0);
      const parts = [
        Buffer.concat([wrapped.iv, wrapped.tag, wrapped.ciphertext]),
        value.iv,
        value.tag,
        value.ciphertext,
      ];
      return [version, newest.id, ...parts.map((part) => part.toString('base64url'))].join('.');
    },
    open: (sealed, context) => {
      const parts = sealed.split('.');
      const [given, keyId = '', ...encoded] = parts;
      if (given !== version || parts.length !== 6) throw new SecretUnreadable('not a sealed value');
      const key = keys.get(keyId);
      if (!key) throw new SecretUnreadable(`sealed with key ${keyId}, which is not in the key ring`);
      const [wrapped, iv, tag, ciphertext] = encoded.map((part) => Buffer.from(part, 'base64url')) as [
        Buffer,
        Buffer,
        Buffer,
        Buffer,
      ];
      if (wrapped.length !== ivBytes + tagBytes + keyBytes) throw new SecretUnreadable('not a sealed value');
      try {
        const dataKey = decrypt(key, split(wrapped), wrapContext(keyId));
        return decrypt(dataKey, { iv, tag, ciphertext }, context).toString('utf8');
      } catch (error) {
        throw new SecretUnreadable('changed since it was sealed, or sealed for another context', {
          cause: error,
        });
      }
    },
  };
};

const wrapContext = (keyId: string): string => `data key of ${version}.${keyId}`;

const split = (bytes: Buffer): Encrypted => ({
  iv: bytes.subarray(0, ivBytes),
  tag: bytes.subarray(ivBytes, ivBytes + tagBytes),
  ciphertext: bytes.subarray(ivBytes + tagBytes),
});

const encrypt = (key: Buffer, plaintext: Buffer, context: string): Encrypted => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8'));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { iv, tag: cipher.getAuthTag(), ciphertext };
};

const decrypt = (key: Buffer, { iv, tag, ciphertext }: Encrypted, context: string): Buffer => {
  // A shorter tag would be accepted otherwise, and is easier to forge (SP 800-38D appendix C).
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(tag);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
};
