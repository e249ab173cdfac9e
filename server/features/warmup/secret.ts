// What letters are marked with: made once for the installation, and read by its mail planes.
import { randomBytes } from 'node:crypto';
import type { Db } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';

const CONTEXT = 'published.warmup_secret';
const OCTETS = 32;

/** Reads the secret, and makes it when there is none; of several processes that do so at once, one wins. */
export const warmupSecret = async (db: Db, secrets: SecretBox): Promise<string> => {
  const read = () => db.selectFrom('published.warmup_secret').select('secret_sealed').executeTakeFirst();
  const known = await read();
  if (known) return secrets.open(known.secret_sealed, CONTEXT);
  await db
    .insertInto('published.warmup_secret')
    .values({ secret_sealed: secrets.seal(randomBytes(OCTETS).toString('base64url'), CONTEXT) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return secrets.open((await read())!.secret_sealed, CONTEXT);
};
