// The role of an account of zones: somebody's account at a DNS host, opened with a credential of theirs. It says which
// zones there are, so that their owner can connect them; what is done to them afterwards is the role of the DNS host.
import type { HostedRecord } from './dns-host.ts';

export type AccountZone = {
  /** The host's own id of the zone. */
  id: string;
  /** Lower case, no trailing dot. */
  name: string;
  /** Names of the zone's nameservers, lower case, sorted. */
  nameservers: string[];
  /**
   * Whether the host has seen the zone above send the world to it. Anybody can add any name to an account; only the
   * owner of the name can delegate it, so this is what proves whose it is.
   */
  delegated: boolean;
  /** Whose account it lies in; one credential may reach several. */
  account: { id: string; name: string };
};

export type ZoneAccount = {
  /** Every zone the credential reaches, by name. @throws unauthorized for a credential that is none, or may not list zones */
  zones(): Promise<AccountZone[]>;
  /** Everything a zone holds but its SOA and apex NS. @throws unauthorized for a credential without a right to DNS records */
  records(zone: Pick<AccountZone, 'id' | 'name'>): Promise<HostedRecord[]>;
};
