// What the accounts behind a workspace's stored credentials show, and what of it is connected.

import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { AccountZone } from '../../../providers/contracts/zone-account.ts';
import type { FeatureContext } from '../context.ts';
import { type Domain, domainsByName } from '../domains/index.ts';
import {
  domainsOfCredentials,
  noteRefusal,
  storedAccount,
  type ZoneCredential,
} from '../zone-accounts/index.ts';

export type SeenZone = {
  zone: AccountZone;
  credentialUid: string;
  /** The workspace's domain of that name; null when it has none. */
  domain: Domain | null;
  /** Connected, and its credential no longer works: connecting it again repairs that. */
  reconnectable: boolean;
};

export type SeenAccount = { credential: ZoneCredential; zones: SeenZone[]; error: string | null };

/** Asks each account; one that cannot be asked says why and holds up no other. */
export const lookAtAccounts = async (
  context: FeatureContext,
  workspaceUid: string,
  credentials: readonly ZoneCredential[],
): Promise<SeenAccount[]> => {
  const accounts = [];
  for (const credential of credentials) accounts.push(await lookAt(context, credential));
  const broken = new Set([
    ...accounts.filter(({ error }) => error !== null).map(({ credential }) => credential.uid),
    ...credentials.filter(({ status }) => status === 'invalid').map(({ uid }) => uid),
  ]);
  const kept = await domainsOfCredentials(context.db, [...broken]);
  const names = [
    ...accounts.flatMap(({ zones }) => zones.map(({ name }) => name)),
    ...[...kept.values()].flat(),
  ];
  const domains = new Map(
    (await domainsByName(context.db, workspaceUid, names)).map((one) => [one.name, one]),
  );
  return accounts.map(({ credential, zones, error }) => {
    // Of an account that cannot be asked, what is connected through it is known all the same.
    const known =
      error === null ? [] : (kept.get(credential.uid) ?? []).flatMap((name) => domains.get(name) ?? []);
    return {
      credential,
      error,
      zones: [...zones, ...known.map((domain) => zoneAsKnown(domain, credential))].map((zone) => {
        const domain = domains.get(zone.name) ?? null;
        const reconnectable = broken.has(domain?.credentialUid ?? '');
        return { zone, credentialUid: credential.uid, domain, reconnectable };
      }),
    };
  });
};

const zoneAsKnown = (domain: Domain, { accounts }: ZoneCredential): AccountZone => ({
  id: domain.zoneId ?? '',
  name: domain.name,
  nameservers: domain.nameservers,
  delegated: domain.nameserverMatchStatus === 'matched',
  account: accounts[0] ?? { id: '', name: '' },
});

const lookAt = async (
  context: FeatureContext,
  credential: ZoneCredential,
): Promise<{ credential: ZoneCredential; zones: AccountZone[]; error: string | null }> => {
  const account = await storedAccount(context, credential);
  if (!account) return { credential, zones: [], error: 'it was forgotten' };
  try {
    return { credential, zones: await account.zones(), error: null };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const { failure } = error;
    if (failure.kind === 'unauthorized') await noteRefusal(context, credential.uid, failure);
    return { credential, zones: [], error: failure.message };
  }
};
