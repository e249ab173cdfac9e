/**
 * ARC sealing (RFC 8617) of mail that is sent on: puts our verdict about the mail as it came in where the next host can
 * rely on it, since some of what we checked (SPF) cannot be checked any more after us.
 */
import { createSeal } from 'mailauth';
import type { Db } from '../../database/database.ts';
import type { OpenKey } from './dkim-key.ts';

/** What arrived with the message, and what we found. */
export type ArcFindings = {
  /** The chain that is on the message (RFC 8617 §4.4). */
  chain: 'none' | 'pass' | 'fail';
  /** Value of our Authentication-Results field, folded. */
  authenticationResults: string;
};

/**
 * Gives the ARC set to put in front of `message`, each field ending in CRLF. Empty when `domain` has no active RSA key
 * (the RFC knows no other algorithm), or when the chain can take no further set (§5.1 step 2, §4.2.1).
 *
 * @throws Error when there is a key and it does not sign.
 */
export type Seal = (
  db: Db,
  message: Buffer,
  domain: string,
  findings: ArcFindings,
  sealedAt: Date,
) => Promise<string>;

const UNSEALABLE = ['EARCCHAINFAILED', 'EINVALIDINSTANCE'];

export function createSealer(openKey: OpenKey): Seal {
  return async (db, message, domain, findings, sealedAt) => {
    const key = await db
      .selectFrom('published.dkim_key')
      .select(['domain', 'selector', 'private_key_sealed'])
      .where('domain', '=', domain)
      .where('active', '=', true)
      .where('algorithm', '=', 'rsa-sha256')
      .orderBy('selector')
      .limit(1)
      .executeTakeFirst();
    if (!key) return '';
    const { headers, errors } = await createSeal(message, {
      seal: {
        signingDomain: domain,
        selector: key.selector,
        privateKey: openKey(key),
        cv: findings.chain,
        authResults: findings.authenticationResults,
        signTime: sealedAt,
      },
    });
    const [failed] = errors;
    if (failed && !UNSEALABLE.includes(failed.err.code ?? '')) {
      throw new Error(`DKIM key ${key.selector} of ${domain} does not seal`, { cause: failed.err });
    }
    return headers.map((field) => `${field}\r\n`).join('');
  };
}
