/** The envelope senders of mail that is sent on (SRS), with a secret that all processes of the installation share. */
import { randomBytes } from 'node:crypto';
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { hasSrsTag, reverseSender, rewriteSender, type SrsReversal } from '../../../protocols/mail/srs.ts';

const SECRET_CONTEXT = 'mail.srs_secret';
const SECRET_OCTETS = 32;

export type Srs = {
  /** @see rewriteSender */
  rewrite(sender: string, domain: string, now: Date): Promise<string | null>;
  /** @see reverseSender */
  reverse(address: string, now: Date): Promise<SrsReversal>;
};

export function createSrs(db: Db, secretBox: SecretBox): Srs {
  let known: Promise<string> | undefined;
  const secret = (): Promise<string> => {
    known ??= readSecret(db, secretBox).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    rewrite: async (sender, domain, now) => rewriteSender(sender, domain, await secret(), now),
    // Ordinary addresses do not depend on the secret, so that mail for them never fails because of it.
    reverse: async (address, now) =>
      hasSrsTag(address) ? reverseSender(address, await secret(), now) : { result: 'none' },
  };
}

/** Reads the secret, and makes it when there is none; of several processes that do so at once, one wins. */
async function readSecret(db: Db, secretBox: SecretBox): Promise<string> {
  const read = () => db.selectFrom('mail.srs_secret').select('secret_sealed').executeTakeFirst();
  let row = await read();
  if (!row) {
    const secret = randomBytes(SECRET_OCTETS).toString('base64url');
    await db
      .insertInto('mail.srs_secret')
      .values({ secret_sealed: secretBox.seal(secret, SECRET_CONTEXT) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    row = await read();
  }
  if (!row) throw new Error('The secret of mail.srs_secret was removed as it was made');
  return secretBox.open(row.secret_sealed, SECRET_CONTEXT);
}
