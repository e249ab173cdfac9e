// How a feature gets the provider that serves a workspace and a domain without knowing any vendor.
import type { ConsentFlow } from './consent-flow.ts';
import type { CredentialValues } from './credential.ts';
import type { DnsHost } from './dns-host.ts';
import type { MailQueue } from './mail-queue.ts';
import type { MailboxHost, Platform } from './mailbox-host.ts';
import type { Payments } from './payments.ts';
import type { Registrar } from './registrar.ts';
import type { Sequencer, SequencerPlatform, SequencerSettings } from './sequencer.ts';
import type { SequencerFile } from './sequencer-file.ts';
import type { SuppressionList } from './suppression-list.ts';
import type { ZoneAccount } from './zone-account.ts';

/** What decides which provider is taken: the installation's setting, then the workspace's, then the domain's. */
export type ProviderScope = {
  workspaceId?: string;
  domain?: string;
  /** Asked in a sandbox: nobody outside of this installation is taken. That of a workspace is known without. */
  sandbox?: boolean;
};

export type Providers = {
  registrar(scope?: ProviderScope): Registrar;
  dnsHost(scope?: ProviderScope): DnsHost;
  /** The account that a credential opens at a vendor; its values are named as in the vendor's manifest. */
  zoneAccount(vendor: string, credential: CredentialValues): ZoneAccount;
  /** The vendor that takes new payments, by its name; one inside of this installation for a sandbox. */
  paymentVendor(team: { sandbox: boolean }): string;
  /** A payment vendor by its name: payments stay with the vendor they were begun at. Null when it is not set up. */
  payments(vendor: string): Payments | null;
  /** The host that serves a platform: an order for GOOGLE may be served by any host that config names. */
  mailboxHost(platform: Platform, scope?: ProviderScope): MailboxHost;
  /** A word for the host that serves a platform: two platforms with the same one share what was prepared for either. */
  mailHostVendor(platform: Platform, scope?: ProviderScope): Promise<string>;
  /** Whose sign-in pages owners of mailboxes of a platform see: their host's, unless somebody else is chosen. */
  consentVendor(platform: Platform, scope: ProviderScope): Promise<string>;
  /** How a vendor's sign-in pages are worked; null when nobody knows. */
  consentFlow(vendor: string): ConsentFlow | null;
  sequencerPlatforms(): readonly SequencerPlatform[];
  /** The account that a credential opens at a sequencer; its values are named as in the vendor's manifest. */
  sequencer(vendor: string, account: Pick<SequencerSettings, 'credential' | 'beforeCall'>): Sequencer;
  sequencerFile(): SequencerFile;
  /** The outbound queue of this installation's own mail plane. */
  mailQueue(): MailQueue;
  suppressionList(): SuppressionList;
};
