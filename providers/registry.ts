// The one list of vendors, and the choice among them: the installation's setting, over it the workspace's row in
// `provider_choice`, over both the domain's.
import type { Clock } from '../database/clock.ts';
import type { Db } from '../database/database.ts';
import type { SecretBox } from '../database/secret-box.ts';
import { type BuiltinSettings, createBuiltinProviders } from './builtin/builtin.ts';
import { manifest as builtin } from './builtin/manifest.ts';
import { createCloudflareProviders } from './cloudflare/cloudflare.ts';
import { manifest as cloudflare } from './cloudflare/manifest.ts';
import type { ConsentFlow } from './contracts/consent-flow.ts';
import { type CredentialValues, credentialContext } from './contracts/credential.ts';
import type { DnsHost } from './contracts/dns-host.ts';
import { type Failure, ProviderFailure } from './contracts/failure.ts';
import type { ProviderScope, Providers } from './contracts/lookup.ts';
import type { MailboxHost, Platform } from './contracts/mailbox-host.ts';
import type { Manifest, Role } from './contracts/manifest.ts';
import type { Payments } from './contracts/payments.ts';
import type { Registrar } from './contracts/registrar.ts';
import type { ZoneAccount } from './contracts/zone-account.ts';
import { consentFlow as googleConsentFlow } from './google/consent-flow.ts';
import { manifest as google } from './google/manifest.ts';
import { consentFlow as microsoftConsentFlow } from './microsoft/consent-flow.ts';
import { manifest as microsoft } from './microsoft/manifest.ts';
import { type Choice, createProviderChoices } from './provider-choice.ts';
import {
  createSequencerVendors,
  type SequencerVendorSettings,
  sequencerManifests,
} from './sequencer-vendors.ts';
import { manifest as stripe } from './stripe/manifest.ts';
import { createStripePayments, type StripeSettings } from './stripe/stripe.ts';

const others: readonly Manifest[] = [builtin, cloudflare, google, microsoft, stripe];

/** Every vendor this program knows. */
export const manifests: readonly Manifest[] = [...new Set([...others, ...sequencerManifests])];

export type ProviderSettings = {
  /** The vendor that serves a role where no workspace and no domain says otherwise. */
  vendors: {
    registrar: string;
    dnsHost: string;
    payments: string;
    mailboxHosts: Record<Platform, string>;
    /** Whose sign-in pages mailboxes have; null: those of their host. */
    consentFlows: Record<Platform, string | null>;
  };
  builtin: BuiltinSettings;
  cloudflare: { baseUrl: string };
  sequencers: SequencerVendorSettings;
  /** Null without keys: payments made there before can then not be looked up. */
  stripe: (StripeSettings & { publicUrl(): string }) | null;
};

/** A vendor that keeps zones in accounts of their owners, opened with a credential of theirs. */
type AccountVendor = {
  zoneAccount(credential: CredentialValues): ZoneAccount;
  dnsHost(credential: CredentialValues, tenant: string): DnsHost;
};

/** The embedded default: the built-in vendor serves every role and every platform. */
export const builtinVendors: ProviderSettings['vendors'] = {
  registrar: builtin.vendor,
  dnsHost: builtin.vendor,
  payments: builtin.vendor,
  mailboxHosts: {
    GOOGLE: builtin.vendor,
    MICROSOFT: builtin.vendor,
    AZURE: builtin.vendor,
    SMTP: builtin.vendor,
  },
  consentFlows: { GOOGLE: null, MICROSOFT: null, AZURE: null, SMTP: null },
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

type Dependencies = {
  db: Db;
  secrets: SecretBox;
  clock: Clock;
  settings: ProviderSettings;
  /** Whether a workspace is in a sandbox: it is served by nobody outside of this installation. */
  isSandbox?: (workspaceId: string) => Promise<boolean>;
  /** Told of every customer's credential that its vendor did not accept, whatever it was used for. */
  onCredentialRefused?: (credentialUid: string, failure: Failure) => Promise<void>;
};

/** @throws {UnknownVendor} when the settings name a vendor that does not serve the role. */
export const createProviders = ({
  db,
  secrets,
  clock,
  settings,
  isSandbox = async () => false,
  onCredentialRefused,
}: Dependencies): ProviderRegistry => {
  const builtinProviders = createBuiltinProviders({ db, secrets, clock, settings: settings.builtin });
  const registrars: Record<string, Registrar> = { [builtin.vendor]: builtinProviders.registrar };
  const dnsHosts: Record<string, DnsHost> = { [builtin.vendor]: builtinProviders.dnsHost };
  const accountVendors: Record<string, AccountVendor> = {
    [cloudflare.vendor]: createCloudflareProviders(settings.cloudflare),
  };
  const mailboxHosts: Record<string, MailboxHost> = { [builtin.vendor]: builtinProviders.mailboxHost };

  const paymentVendors: Record<string, Payments> = {
    [builtin.vendor]: builtinProviders.payments,
    ...(settings.stripe && {
      [stripe.vendor]: createStripePayments(settings.stripe, () => clock.now()),
    }),
  };

  const consentFlows: Record<string, ConsentFlow> = {
    [builtin.vendor]: builtinProviders.consentFlow,
    [google.vendor]: googleConsentFlow,
    [microsoft.vendor]: microsoftConsentFlow,
  };
  const sequencers = createSequencerVendors(settings.sequencers);

  const { vendors } = settings;
  pick('registrar', registrars, vendors.registrar, 'the settings');
  pick('dns-host', dnsHosts, vendors.dnsHost, 'the settings');
  pick('payments', paymentVendors, vendors.payments, 'the settings');
  for (const vendor of Object.values(vendors.mailboxHosts)) {
    pick('mailbox-host', mailboxHosts, vendor, 'the settings');
  }
  for (const vendor of Object.values(vendors.consentFlows)) {
    if (vendor) pick('consent-flow', consentFlows, vendor, 'the settings');
  }

  const choices = createProviderChoices({ db, clock });
  const choiceFor = async (
    role: Role,
    scope?: ProviderScope,
    platform?: Platform,
  ): Promise<Choice | null> => {
    if (!scope) return null;
    const { sandbox = scope.workspaceId !== undefined && (await isSandbox(scope.workspaceId)) } = scope;
    if (sandbox) {
      return { vendor: builtin.vendor, account: null };
    }
    return choices.find({ role, platform, ...scope });
  };
  const choose = <T>(role: Role, known: Record<string, T>, fallback: string, choice: Choice | null): T =>
    choice
      ? pick(role, known, choice.vendor, 'the table provider_choice')
      : pick(role, known, fallback, 'the settings');

  const chosenDnsHost = async (scope?: ProviderScope): Promise<DnsHost> => {
    const choice = await choiceFor('dns-host', scope);
    if (!choice?.account) return choose('dns-host', dnsHosts, vendors.dnsHost, choice);
    const { credentialUid, sealed, tenant } = choice.account;
    const vendor = pick('dns-host', accountVendors, choice.vendor, 'the table provider_choice');
    const credential = JSON.parse(secrets.open(sealed, credentialContext(credentialUid))) as CredentialValues;
    return lazyDnsHost(async (act) => {
      try {
        return await act(vendor.dnsHost(credential, tenant));
      } catch (error) {
        if (error instanceof ProviderFailure && error.failure.kind === 'unauthorized') {
          await onCredentialRefused?.(credentialUid, error.failure);
        }
        throw error;
      }
    });
  };
  const mailHostVendor = async (platform: Platform, scope?: ProviderScope): Promise<string> =>
    (await choiceFor('mailbox-host', scope, platform))?.vendor ?? vendors.mailboxHosts[platform];

  return {
    registrar: (scope) =>
      lazyRegistrar(async () =>
        choose('registrar', registrars, vendors.registrar, await choiceFor('registrar', scope)),
      ),
    dnsHost: (scope) => lazyDnsHost(async (act) => act(await chosenDnsHost(scope))),
    zoneAccount: (vendor, credential) =>
      pick('zone-account', accountVendors, vendor, 'the caller').zoneAccount(credential),
    mailboxHost: (platform, scope) =>
      lazyMailboxHost(async () => {
        const choice = await choiceFor('mailbox-host', scope, platform);
        return choose('mailbox-host', mailboxHosts, vendors.mailboxHosts[platform], choice);
      }),
    mailHostVendor,
    paymentVendor: ({ sandbox }) => (sandbox ? builtin.vendor : vendors.payments),
    payments: (vendor) => (Object.hasOwn(paymentVendors, vendor) ? paymentVendors[vendor]! : null),
    consentVendor: async (platform, scope) =>
      (await choiceFor('consent-flow', scope))?.vendor ??
      vendors.consentFlows[platform] ??
      mailHostVendor(platform, scope),
    consentFlow: (vendor) => (Object.hasOwn(consentFlows, vendor) ? consentFlows[vendor]! : null),
    sequencerPlatforms: () => sequencers.platforms,
    sequencer: (vendor, account) => {
      const opened = sequencers.open(vendor, account);
      if (!opened) throw new UnknownVendor(`the caller names "${vendor}" as sequencer, which is none`);
      return opened;
    },
    sequencerFile: () => sequencers.file,
    mailQueue: () => builtinProviders.mailQueue,
    suppressionList: () => builtinProviders.suppressionList,
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

/** `through` makes the call on the host of that moment. */
const lazyDnsHost = (through: <T>(act: (host: DnsHost) => Promise<T>) => Promise<T>): DnsHost => ({
  nameservers: (zone) => through((host) => host.nameservers(zone)),
  recordRule: () => through((host) => host.recordRule()),
  putZone: (zone) => through((host) => host.putZone(zone)),
  readZone: (name) => through((host) => host.readZone(name)),
  removeZone: (name) => through((host) => host.removeZone(name)),
  ownersRecords: (zone) => through((host) => host.ownersRecords(zone)),
  seenDelegation: (zone) => through((host) => host.seenDelegation(zone)),
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
  listMailboxes: async (page) => (await chosen()).listMailboxes(page),
  opensWith: async (id, secrets) => (await chosen()).opensWith(id, secrets),
  setPassword: async (id, password, appPassword) => (await chosen()).setPassword(id, password, appPassword),
  setDisplayName: async (id, displayName) => (await chosen()).setDisplayName(id, displayName),
  setAddresses: async (id, addresses) => (await chosen()).setAddresses(id, addresses),
  setForwarding: async (id, forwarding) => (await chosen()).setForwarding(id, forwarding),
  setStatus: async (id, status) => (await chosen()).setStatus(id, status),
  removeMailbox: async (id) => (await chosen()).removeMailbox(id),
  access: async () => (await chosen()).access(),
});
