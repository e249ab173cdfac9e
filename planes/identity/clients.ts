// The programs that may ask for access, as `published.oauth_client` lists them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Adapter, ClientMetadata } from 'oidc-provider';
import type { Db } from '../../database/database.ts';

type AuthMethod = 'client_secret_basic' | 'client_secret_post';

/**
 * RFC 6749 §2.3.1 lets a client send its secret in the header or in the body, and libraries differ; oidc-provider holds
 * each client to one. So a client is what its request makes it.
 */
export const requestAuthMethod = new AsyncLocalStorage<AuthMethod>();

export const authMethodOf = (authorization: string | undefined): AuthMethod =>
  authorization?.toLowerCase().startsWith('basic ') ? 'client_secret_basic' : 'client_secret_post';

/** A program on the owner's own machine waits for the answer there (RFC 8252 §7.3). */
export const isLoopback = (redirectUri: string): boolean =>
  /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?(?:\/|$)/.test(redirectUri);

export const createClients = (db: Db): Adapter => ({
  async find(clientId) {
    const row = await db
      .selectFrom('published.oauth_client')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    if (!row) return undefined;
    const metadata: ClientMetadata = {
      client_id: row.client_id,
      client_name: row.name,
      // Compared by `isSecret`: what is kept is not what the client sends.
      ...(row.secret_hash !== null && { client_secret: row.secret_hash }),
      redirect_uris: row.redirect_uris,
      // The port of a loopback address is free for the latter only (RFC 8252 §7.3).
      application_type: row.redirect_uris.some(isLoopback) ? 'native' : 'web',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: row.scopes.join(' '),
      token_endpoint_auth_method:
        row.secret_hash === null ? 'none' : (requestAuthMethod.getStore() ?? 'client_secret_basic'),
    };
    return metadata;
  },
  // Clients are registered through the API only.
  async upsert() {},
  async findByUserCode() {},
  async findByUid() {},
  async consume() {},
  async destroy() {},
  async revokeByGrantId() {},
});

export const isSecret = (given: string, secretHash: string): boolean => {
  const expected = Buffer.from(secretHash, 'hex');
  const actual = createHash('sha256').update(given).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
};
