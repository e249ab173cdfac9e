// What the accounts behind a workspace's stored credentials show, and what of it is connected.

import { inTransaction } from '../../../database/database.ts';
import { type CredentialValues, credentialContext } from '../../../providers/contracts/credential.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { AccountZone } from '../../../providers/contracts/zone-account.ts';
import type { FeatureContext } from '../context.ts';
import { type Domain, domainsByName } from '../domains/index.ts';
import {
  credentialSealed,
  domainsOfCredentials,
  noteStatus,
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
  { db, clock, providers, secrets }: FeatureContext,
  credential: ZoneCredential,
): Promise<{ credential: ZoneCredential; zones: AccountZone[]; error: string | null }> => {
  const { uid, vendor } = credential;
  const sealed = await credentialSealed(db, uid);
  if (sealed === null) return { credential, zones: [], error: 'it was forgotten' };
  const values = JSON.parse(secrets.open(sealed, credentialContext(uid))) as CredentialValues;
  try {
    return { credential, zones: await providers.zoneAccount(vendor, values).zones(), error: null };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const { failure } = error;
    if (failure.kind === 'unauthorized') {
      await inTransaction(db, (tx) => noteStatus(tx, uid, { status: 'invalid', failure }, clock.now()));
    }
    return { credential, zones: [], error: failure.message };
  }
};
