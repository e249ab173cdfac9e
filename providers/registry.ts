// The one list of vendors, and the choice among them: the installation's setting, over it the workspace's row in
// `provider_choice`, over both the domain's.
import type { Clock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { SecretBox } from '../database/secret-box.ts';
import { type BuiltinSettings, createBuiltinProviders } from './builtin/builtin.ts';
import { manifest as builtin } from './builtin/manifest.ts';
import type { DnsHost } from './contracts/dns-host.ts';
import type { ProviderScope, Providers } from './contracts/lookup.ts';
import type { MailboxHost, Platform } from './contracts/mailbox-host.ts';
import type { Manifest, Role } from './contracts/manifest.ts';
import type { Registrar } from './contracts/registrar.ts';
import { createProviderChoices } from './provider-choice.ts';

/** Every vendor this program knows. */
export const manifests: readonly Manifest[] = [builtin];

export type ProviderSettings = {
  /** The vendor that serves a role where no workspace and no domain says otherwise. */
  vendors: { registrar: string; dnsHost: string; mailboxHosts: Record<Platform, string> };
  builtin: BuiltinSettings;
};

/** The embedded default: the built-in vendor serves every role and every platform. */
export const builtinVendors: ProviderSettings['vendors'] = {
  registrar: builtin.vendor,
  dnsHost: builtin.vendor,
  mailboxHosts: {
    GOOGLE: builtin.vendor,
    MICROSOFT: builtin.vendor,
    AZURE: builtin.vendor,
    SMTP: builtin.vendor,
  },
};

/** A vendor named in the settings or in `provider_choice` that does not exist or does not serve the role. */
export class UnknownVendor extends Error {
  override readonly name = 'UnknownVendor';
}

export type ProviderRegistry = Providers & {
  /** Starts what vendors do in the background. */
  start(): void;
  /** Ends it and waits for what is under way. */
  close(): Promise<void>;
};

type Dependencies = { db: Db; secrets: SecretBox; clock: Clock; settings: ProviderSettings };

/** @throws {UnknownVendor} when the settings name a vendor that does not serve the role. */
export const createProviders = ({ db, secrets, clock, settings }: Dependencies): ProviderRegistry => {
  const builtinProviders = createBuiltinProviders({ db, secrets, clock, settings: settings.builtin });
  const registrars: Record<string, Registrar> = { [builtin.vendor]: builtinProviders.registrar };
  const dnsHosts: Record<string, DnsHost> = { [builtin.vendor]: builtinProviders.dnsHost };
  const mailboxHosts: Record<string, MailboxHost> = { [builtin.vendor]: builtinProviders.mailboxHost };

  const { vendors } = settings;
  pick('registrar', registrars, vendors.registrar, 'the settings');
  pick('dns-host', dnsHosts, vendors.dnsHost, 'the settings');
  for (const vendor of Object.values(vendors.mailboxHosts)) {
    pick('mailbox-host', mailboxHosts, vendor, 'the settings');
  }

  const choices = createProviderChoices({ db, clock });
  const choose = async <T>(
    role: Role,
    known: Record<string, T>,
    fallback: string,
    scope: ProviderScope | undefined,
    platform?: Platform,
  ): Promise<T> => {
    const chosen = scope && (await choices.find({ role, platform, ...scope }));
    return chosen
      ? pick(role, known, chosen, 'the table provider_choice')
      : pick(role, known, fallback, 'the settings');
  };

  return {
    registrar: (scope) => lazyRegistrar(() => choose('registrar', registrars, vendors.registrar, scope)),
    dnsHost: (scope) => lazyDnsHost(() => choose('dns-host', dnsHosts, vendors.dnsHost, scope)),
    mailboxHost: (platform, scope) =>
      lazyMailboxHost(() =>
        choose('mailbox-host', mailboxHosts, vendors.mailboxHosts[platform], scope, platform),
      ),
    start: () => builtinProviders.start(),
    close: () => builtinProviders.close(),
  };
};

const pick = <T>(role: Role, known: Record<string, T>, vendor: string, where: string): T => {
  if (Object.hasOwn(known, vendor)) return known[vendor]!;
  throw new UnknownVendor(
    `${where} names "${vendor}" as ${role}; known are: ${Object.keys(known).join(', ')}`,
  );
};

// A caller asks for a provider without waiting; the choice may need the database. So the caller gets one that
// chooses at each call, which also makes a changed choice count at once.

const lazyRegistrar = (chosen: () => Promise<Registrar>): Registrar => ({
  tlds: async () => (await chosen()).tlds(),
  quote: async (names) => (await chosen()).quote(names),
  register: async (request) => (await chosen()).register(request),
  findRegistration: async (query) => (await chosen()).findRegistration(query),
  setNameservers: async (name, nameservers) => (await chosen()).setNameservers(name, nameservers),
  renew: async (request) => (await chosen()).renew(request),
  findRenewal: async (request) => (await chosen()).findRenewal(request),
});

const lazyDnsHost = (chosen: () => Promise<DnsHost>): DnsHost => ({
  nameservers: async () => (await chosen()).nameservers(),
  putZone: async (zone) => (await chosen()).putZone(zone),
  readZone: async (name) => (await chosen()).readZone(name),
  removeZone: async (name) => (await chosen()).removeZone(name),
});

const lazyMailboxHost = (chosen: () => Promise<MailboxHost>): MailboxHost => ({
  closes: async () => (await chosen()).closes(),
  setUpDomain: async (domain) => (await chosen()).setUpDomain(domain),
  removeDomain: async (name) => (await chosen()).removeDomain(name),
  knownDomains: async (names) => (await chosen()).knownDomains(names),
  dkimKeys: async (domain) => (await chosen()).dkimKeys(domain),
  addDkimKeys: async (domain) => (await chosen()).addDkimKeys(domain),
  activateDkimKeys: async (domain, selectors) => (await chosen()).activateDkimKeys(domain, selectors),
  retireDkimKeys: async (domain, selectors) => (await chosen()).retireDkimKeys(domain, selectors),
  createMailbox: async (request) => (await chosen()).createMailbox(request),
  findMailbox: async (query) => (await chosen()).findMailbox(query),
  setPassword: async (id, password, appPassword) => (await chosen()).setPassword(id, password, appPassword),
  setStatus: async (id, status) => (await chosen()).setStatus(id, status),
  removeMailbox: async (id) => (await chosen()).removeMailbox(id),
  access: async () => (await chosen()).access(),
});
