// Opening an account of zones: what a credential reaches, or why it does not.
import { type CredentialValues, credentialContext } from '../../../providers/contracts/credential.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { AccountZone, ZoneAccount } from '../../../providers/contracts/zone-account.ts';
import type { FeatureContext } from '../context.ts';
import type { GivenCredential, ZoneCredential } from './credential.ts';
import {
  accountAlreadyUsed,
  dnsHostUnavailable,
  invalidCredential,
  noDnsAccess,
  noZonesFound,
} from './errors.ts';
import { accountsOfOthers, credentialSealed } from './store.ts';

export type OpenedAccount = {
  account: ZoneAccount;
  zones: AccountZone[];
  /** Those that no other team of the installation has connected. */
  accounts: AccountZone['account'][];
};

/**
 * Asks which zones a credential reaches, and whether it may read their records.
 *
 * @throws ApiError invalid_credential, no_dns_access, no_zones_found, ACCOUNT_ALREADY_USED, dns_host_unavailable
 */
export const openAccount = async (
  { db, providers }: Pick<FeatureContext, 'db' | 'providers'>,
  teamUid: string,
  { vendor, values }: Pick<GivenCredential, 'vendor' | 'values'>,
): Promise<OpenedAccount> => {
  const account = providers.zoneAccount(vendor, values);
  const zones = await asking(() => account.zones());
  const [first] = zones;
  if (!first) throw noZonesFound('No zones found: the credential reaches none');
  await asking(() => account.records(first));
  const theirs = await accountsOfOthers(db, teamUid, vendor);
  const [used, free] = [true, false].map((whether) =>
    accountsOf(zones).filter(({ id }) => theirs.has(id) === whether),
  ) as [AccountZone['account'][], AccountZone['account'][]];
  if (free.length === 0) throw usedElsewhere(used[0]!);
  return { account, zones, accounts: free };
};

/** The account that a stored credential opens; null for a credential that was forgotten. */
export const storedAccount = async (
  { db, providers, secrets }: Pick<FeatureContext, 'db' | 'providers' | 'secrets'>,
  { uid, vendor }: Pick<ZoneCredential, 'uid' | 'vendor'>,
): Promise<ZoneAccount | null> => {
  const sealed = await credentialSealed(db, uid);
  if (sealed === null) return null;
  const values = JSON.parse(secrets.open(sealed, credentialContext(uid))) as CredentialValues;
  return providers.zoneAccount(vendor, values);
};

export const usedElsewhere = ({ id, name }: AccountZone['account']) =>
  accountAlreadyUsed(`The account ${name || id} is connected by another team already`);

/** Each account that the zones lie in, once. */
export const accountsOf = (zones: readonly AccountZone[]): AccountZone['account'][] => [
  ...new Map(zones.map(({ account }) => [account.id, account])).values(),
];

/** A call to an account on behalf of a request. @throws ApiError for what it can fail with */
export const asking = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const { kind, reason, message, retryAfterMs } = error.failure;
    if (kind === 'unauthorized') {
      throw reason === 'missing_right'
        ? noDnsAccess(`The API token does not have DNS access. ${message}`)
        : invalidCredential('Invalid API token');
    }
    const retryAfterS = Math.ceil((retryAfterMs ?? 30_000) / 1000);
    throw dnsHostUnavailable(message, {}, { 'Retry-After': String(retryAfterS) });
  }
};
