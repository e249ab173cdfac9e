// Issuing API keys and recognising the ones that callers bring.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../database/clock.ts';
import type { Db, Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { type KeyWish, type Right, rights } from '../../http/rights.ts';
import type { KeyCheck } from './account.ts';
import { signToken, tokenSha256, verifyToken } from './api-key.ts';
import { apiKeyByToken, apiKeyInsert, apiKeyUsed, installationSecret } from './store.ts';

const SIGNING_SECRET = 'api-key-signing';
const SECRET_CONTEXT = `installation_secret:${SIGNING_SECRET}`;
/** "Last used" is for people: once a minute is precise enough, and spares a write per request. */
const LAST_USED_EVERY_MS = 60_000;

export type Keys = {
  /** Makes a key and answers its token, which is shown once and kept nowhere. */
  issue(tx: Tx, wish: KeyWish): Promise<string>;
  /** The same, for who needs to know what the key is called. */
  issueKey(tx: Tx, wish: KeyWish): Promise<{ uid: string; token: string }>;
  /** Says whose key a token is, or why it is refused. `address`: where the call comes from, where that is known. */
  check(token: string, address?: string | null): Promise<KeyCheck>;
};

export const openKeys = async (deps: { db: Db; secrets: SecretBox; clock: Clock }): Promise<Keys> => {
  const { db, secrets, clock } = deps;
  const fresh = secrets.seal(randomBytes(32).toString('base64'), SECRET_CONTEXT);
  const sealed = await installationSecret(db, SIGNING_SECRET, fresh);
  const secret = Buffer.from(secrets.open(sealed, SECRET_CONTEXT), 'base64');

  const issueKey: Keys['issueKey'] = async (tx, wish) => {
    const uid = newId();
    const createdAt = clock.now();
    const expiresAt = wish.expiresAt ?? null;
    const token = await signToken(secret, { keyId: uid, teamId: wish.teamUid }, createdAt, expiresAt);
    await apiKeyInsert(tx, {
      uid,
      teamUid: wish.teamUid,
      name: wish.name,
      operator: wish.operator ?? false,
      scopes: wish.scopes ?? rights,
      workspaceUids: wish.workspaceUids ?? null,
      domainUids: wish.domainUids ?? null,
      allowedNetworks: wish.allowedNetworks ?? null,
      tokenSha256: tokenSha256(token),
      createdAt,
      expiresAt,
    });
    return { uid, token };
  };

  return {
    issueKey,
    issue: async (tx, wish) => (await issueKey(tx, wish)).token,

    async check(token, address = null) {
      const now = clock.now();
      const claims = await verifyToken(secret, token, now);
      if ('refusal' in claims) return { ok: false, ...claims };
      const key = await apiKeyByToken(db, tokenSha256(token), address);
      if (!key || (key.revoked_at && key.revoked_at <= now)) {
        return { ok: false, refusal: 'jwt revoked', known: claims };
      }
      if (!key.from_allowed) {
        return { ok: false, refusedAddress: address ?? 'an unknown address', known: claims };
      }
      if (!key.last_used_at || now.getTime() - key.last_used_at.getTime() > LAST_USED_EVERY_MS) {
        await apiKeyUsed(db, key.uid, now, address);
      }
      const holder = {
        teamId: key.team_uid,
        keyId: key.uid,
        person: null,
        operator: key.operator,
        rights: key.scopes as Right[],
        workspaceUids: key.workspace_uids,
        ...(key.domain_uids && { domainUids: key.domain_uids }),
        ...(key.test && { sandbox: true as const }),
      };
      return { ok: true, holder };
    },
  };
};
