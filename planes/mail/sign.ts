/** DKIM signing (RFC 6376) of mail that starts here, with every key of the author's domain that is active as it leaves. */
import { dkimSign } from 'mailauth';
import type { Db } from '../../database/database.ts';
import type { OpenKey } from './dkim-key.ts';

/** Gives the `DKIM-Signature` fields to put in front of `message`, each ending in CRLF; empty when the domain has no active key. */
export type Sign = (db: Db, message: Buffer, domain: string, signedAt: Date) => Promise<string>;

export function createSigner(openKey: OpenKey): Sign {
  return async (db, message, domain, signedAt) => {
    const keys = await db
      .selectFrom('published.dkim_key')
      .select(['domain', 'selector', 'algorithm', 'private_key_sealed'])
      .where('domain', '=', domain)
      .where('active', '=', true)
      // Old and new algorithms side by side (RFC 8463 §6): a verifier skips the signatures it cannot check.
      .orderBy('algorithm')
      .orderBy('selector')
      .execute();
    if (keys.length === 0) return '';
    const { signatures, errors } = await dkimSign(message, {
      canonicalization: 'relaxed/relaxed',
      signTime: signedAt,
      signatureData: keys.map((key) => ({
        signingDomain: key.domain,
        selector: key.selector,
        algorithm: key.algorithm,
        privateKey: openKey(key),
      })),
    } as Parameters<typeof dkimSign>[1]);
    // Sending with a signature missing would pass here and fail the receiver's DMARC check.
    const [failed] = errors ?? [];
    if (failed)
      throw new Error(`DKIM key ${failed.selector} of ${domain} does not sign`, { cause: failed.err });
    return signatures;
  };
}
