// Issuing API keys and recognising the ones that callers bring.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../database/clock.ts';
import type { Db, Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import type { KeyCheck } from './account.ts';
import { signToken, tokenSha256, verifyToken } from './api-key.ts';
import { apiKeyByToken, apiKeyInsert, apiKeyUsed, installationSecret } from './store.ts';

const SIGNING_SECRET = 'api-key-signing';
const SECRET_CONTEXT = `installation_secret:${SIGNING_SECRET}`;
/** "Last used" is for people: once a minute is precise enough, and spares a write per request. */
const LAST_USED_EVERY_MS = 60_000;

export type Keys = {
  /** Makes a key and answers its token, which is shown once and kept nowhere. */
  issue(
    tx: Tx,
    key: { teamUid: string; name: string; expiresAt?: Date; operator?: boolean },
  ): Promise<string>;
  /** Says whose key a token is, or why it is refused. */
  check(token: string): Promise<KeyCheck>;
};

export const openKeys = async (deps: { db: Db; secrets: SecretBox; clock: Clock }): Promise<Keys> => {
  const { db, secrets, clock } = deps;
  const fresh = secrets.seal(randomBytes(32).toString('base64'), SECRET_CONTEXT);
  const sealed = await installationSecret(db, SIGNING_SECRET, fresh);
  const secret = Buffer.from(secrets.open(sealed, SECRET_CONTEXT), 'base64');

  return {
    async issue(tx, { teamUid, name, expiresAt = null as Date | null, operator = false }) {
      const uid = newId();
      const createdAt = clock.now();
      const token = await signToken(secret, { keyId: uid, teamId: teamUid }, createdAt, expiresAt);
      await apiKeyInsert(tx, {
        uid,
        teamUid,
        name,
        operator,
        tokenSha256: tokenSha256(token),
        createdAt,
        expiresAt,
      });
      return token;
    },

    async check(token) {
      const now = clock.now();
      const claims = await verifyToken(secret, token, now);
      if (typeof claims === 'string') return { ok: false, refusal: claims };
      const key = await apiKeyByToken(db, tokenSha256(token));
      if (!key || key.revoked_at) return { ok: false, refusal: 'jwt revoked' };
      if (!key.last_used_at || now.getTime() - key.last_used_at.getTime() > LAST_USED_EVERY_MS) {
        await apiKeyUsed(db, key.uid, now);
      }
      return { ok: true, holder: { teamId: key.team_uid, keyId: key.uid, operator: key.operator } };
    },
  };
};
