// The keys that sign tokens and cookies: made by whoever starts first, the same for every process.
import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'oidc-provider';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';

export type IdentityKeys = { jwks: { keys: JWK[] }; cookieKeys: string[] };

const context = (name: string): string => `identity.secret:${name}`;

export const loadIdentityKeys = async (db: Db, secretBox: SecretBox): Promise<IdentityKeys> => {
  const read = async (name: string): Promise<string | undefined> => {
    const row = await db
      .selectFrom('identity.secret')
      .select('value_sealed')
      .where('name', '=', name)
      .executeTakeFirst();
    return row && secretBox.open(row.value_sealed, context(name));
  };
  const keep = async (name: string, make: () => Promise<string>): Promise<string> => {
    const known = await read(name);
    if (known !== undefined) return known;
    const value_sealed = secretBox.seal(await make(), context(name));
    // Whoever is second takes what the first one made.
    await db
      .insertInto('identity.secret')
      .values({ name, value_sealed })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await read(name))!;
  };
  return {
    jwks: { keys: [JSON.parse(await keep('signing-key', newSigningKey))] },
    cookieKeys: [await keep('cookie-key', async () => randomBytes(32).toString('base64url'))],
  };
};

const newSigningKey = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('base64url');
  return JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' });
};
