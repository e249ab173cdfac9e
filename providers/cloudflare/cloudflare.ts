// The vendor Cloudflare: what its roles are made of, from a credential as its owner gave it.
import type { CredentialValues } from '../contracts/credential.ts';
import type { DnsHost } from '../contracts/dns-host.ts';
import { unauthorized } from '../contracts/failure.ts';
import type { ZoneAccount } from '../contracts/zone-account.ts';
import { type ApiSettings, type CloudflareCredential, createApi } from './api.ts';
import { createDnsHost } from './dns-host.ts';
import { createTurns } from './turns.ts';
import { createZoneAccount } from './zone-account.ts';

export type CloudflareProviders = {
  zoneAccount(credential: CredentialValues): ZoneAccount;
  dnsHost(credential: CredentialValues, tenant: string): DnsHost;
};

export const createCloudflareProviders = (settings: ApiSettings): CloudflareProviders => {
  const takeTurns = createTurns();
  return {
    zoneAccount: (credential) => createZoneAccount(createApi(settings, readCredential(credential))),
    dnsHost: (credential, tenant) =>
      createDnsHost(createApi(settings, readCredential(credential)), { tenant, takeTurns }),
  };
};

/** Values named as in `manifest.ts`. */
const readCredential = ({
  api_token: apiToken,
  email,
  global_api_key: globalApiKey,
}: CredentialValues): CloudflareCredential => {
  if (apiToken) return { apiToken };
  if (email && globalApiKey) return { email, globalApiKey };
  throw unauthorized(
    'A Cloudflare credential is a token, or a global key with its e-mail address.',
    'invalid_credential',
  );
};
