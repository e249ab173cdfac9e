// OpenID Connect and OAuth 2 as this installation speaks them: code flow with PKCE, refresh tokens, revocation, user
// info. The protocol is oidc-provider's; who, what for and for how long is decided here.

import Provider, { type Configuration, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Logger } from 'pino';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import type { Html } from '../../protocols/html.ts';
import { normalizeAddress } from '../../protocols/mail/address.ts';
import type { Accounts } from './accounts.ts';
import { createArtifacts } from './artifacts.ts';
import { createClients, isLoopback, isSecret } from './clients.ts';
import type { IdentityKeys } from './keys.ts';
import { errorPage, pageHeaders, signedOutPage, signOutPage } from './pages.ts';
import { scopes } from './scopes.ts';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
/** A grant outlives every token made from it: a refresh token is given anew as long as it is used. */
const GRANT_S = 365 * DAY_S;

export const interactionPath = (uid: string): string => `/interaction/${uid}`;

export const createProvider = (options: {
  issuer: string;
  db: Db;
  secretBox: SecretBox;
  keys: IdentityKeys;
  accounts: Accounts;
  log: Pick<Logger, 'info' | 'error'>;
}): Provider => {
  const { issuer, db, secretBox, keys, accounts, log } = options;
  const configuration: Configuration = {
    adapter: (model) => (model === 'Client' ? createClients(db) : createArtifacts(db, secretBox, model)),
    jwks: keys.jwks,
    cookies: {
      keys: keys.cookieKeys,
      names: { session: 'session', interaction: 'interaction', resume: 'resume' },
    },
    scopes: [...scopes],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
    },
    responseTypes: ['code'],
    // A program without a secret, or on somebody's own machine where others could read it, has the code bound to it.
    pkce: {
      required: (_ctx, client) =>
        client.clientAuthMethod === 'none' || (client.redirectUris?.some(isLoopback) ?? true),
    },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    // A mail program goes on when the browser that agreed is closed.
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: HOUR_S,
      AuthorizationCode: MINUTE_S,
      Grant: GRANT_S,
      IdToken: HOUR_S,
      Interaction: 30 * MINUTE_S,
      RefreshToken: 180 * DAY_S,
      Session: DAY_S,
    },
    findAccount: async (_ctx, mailboxId) => {
      const account = await accounts.find(mailboxId);
      if (!account) return undefined;
      const { address, name } = account;
      return {
        accountId: mailboxId,
        claims: async () => ({
          sub: mailboxId,
          email: address,
          email_verified: true,
          name,
          preferred_username: address,
        }),
      };
    },
    features: {
      devInteractions: { enabled: false },
      // A token that is bound to a key could not be checked by SMTP and IMAP.
      dPoP: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => show(ctx, signOutPage(form)),
        postLogoutSuccessSource: async (ctx) => show(ctx, signedOutPage()),
      },
    },
    interactions: {
      url: (_ctx, interaction) => interactionPath(interaction.uid),
      policy: policyWith(accounts),
    },
    clientBasedCORS: (ctx, origin, client) =>
      ctx.oidc.route === 'userinfo' &&
      (client.redirectUris?.some((uri) => URL.parse(uri)?.origin === origin) ?? false),
    renderError: async (ctx, { error, error_description }) => show(ctx, errorPage(error, error_description)),
  };
  const provider = new Provider(issuer, configuration);
  // Addresses are made from the issuer, which the listener puts where a proxy would.
  provider.proxy = true;
  provider.Client.prototype.compareClientSecret = function (given: string) {
    return isSecret(given, this.clientSecret ?? '');
  };
  provider.on('server_error', (_ctx, err) => log.error({ err }, 'identity: a request failed'));
  provider.on('grant.success', (ctx) =>
    log.info(
      { clientId: ctx.oidc.client?.clientId, grant: ctx.oidc.params?.grant_type },
      'identity: tokens given',
    ),
  );
  provider.on('grant.error', (ctx, { error }) =>
    log.info({ clientId: ctx.oidc.client?.clientId, error }, 'identity: tokens refused'),
  );
  return provider;
};

const show = (ctx: KoaContextWithOIDC, page: Html): void => {
  ctx.set(pageHeaders());
  ctx.body = page.html;
};

/** Who is signed in as somebody else than the program asks for signs in again. */
const policyWith = (accounts: Accounts) => {
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('login_hint', 'another mailbox is asked for', async (ctx) => {
      const { session, params, result } = ctx.oidc;
      const hint = params?.login_hint;
      if (!session?.accountId || typeof hint !== 'string' || result?.login) return false;
      const account = await accounts.find(session.accountId);
      return account?.address !== normalizeAddress(hint);
    }),
  );
  return policy;
};
