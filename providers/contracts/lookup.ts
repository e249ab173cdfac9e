// How a feature gets the provider that serves a workspace and a domain without knowing any vendor.
import type { DnsHost } from './dns-host.ts';
import type { MailboxHost, Platform } from './mailbox-host.ts';
import type { Registrar } from './registrar.ts';

/** What decides which provider is taken: the installation's setting, then the workspace's, then the domain's. */
export type ProviderScope = { workspaceId?: string; domain?: string };

export type Providers = {
  registrar(scope?: ProviderScope): Registrar;
  dnsHost(scope?: ProviderScope): DnsHost;
  /** The host that serves a platform: an order for GOOGLE may be served by any host that config names. */
  mailboxHost(platform: Platform, scope?: ProviderScope): MailboxHost;
};
