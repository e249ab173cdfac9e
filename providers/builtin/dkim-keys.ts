// DKIM key pairs as the mailbox host keeps and publishes them.
import { createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { MailDomainSetup } from '../contracts/mailbox-host.ts';

export type DkimAlgorithm = MailDomainSetup['dkim'][number]['algorithm'];

/** Every domain signs with both: RSA for readers that know nothing newer, Ed25519 for those that do (RFC 8463 §1). */
export const algorithms = ['rsa-sha256', 'ed25519-sha256'] as const satisfies readonly DkimAlgorithm[];

/** A domain's keys are `ik1`, `ik2`, …, in the order they were made. */
export const selectorPrefix = 'ik';

const generate = promisify(generateKeyPair);

/**
 * Makes a private key, PKCS#8 PEM. RSA takes a fifth of a second of a core, in the thread pool; 2048 bits is
 * what signers should use (RFC 8301 §3.2), and more would not fit one string of TXT.
 */
export const makePrivateKey = async (algorithm: DkimAlgorithm): Promise<string> => {
  const { privateKey } =
    algorithm === 'rsa-sha256'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ed25519', {});
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

/** The public half of a private key: SubjectPublicKeyInfo in DER, base64. */
export const publicKeyDerOf = (privateKeyPem: string): string =>
  createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' }).toString('base64');
