// Tells the providers what they need to know about this installation.
import { v5 as nameBasedId } from 'uuid';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import { behaviourOf } from '../../providers/builtin/registry-behaviour.ts';
import type { HostedRecord } from '../../providers/contracts/dns-host.ts';
import type { Send } from '../../providers/contracts/wire.ts';
import { createProviders, type ProviderRegistry } from '../../providers/registry.ts';
import type { Config } from '../config/config.ts';
import { isSandbox } from '../features/accounts/index.ts';
import { currentPrices, sandboxPrices } from '../features/price-book/index.ts';
import { teamOfWorkspace } from '../features/workspaces/index.ts';
import { noteRefusal } from '../features/zone-accounts/index.ts';
import type { Outgoing } from '../http/outgoing.ts';
import type { Certificate } from './certificate.ts';
import type { Hosts, PlanePorts } from './hosts.ts';
import type { Storage } from './storage.ts';

const NAMESERVER_TTL_S = 86_400;
/** Two seconds of one core per spare key; ten cover a sizeable order while the next are made. */
const SPARE_DKIM_KEYS = 10;

/** Where people reach this installation, and where this process does; asked when used, because ports are known late. */
export type Addresses = { publicUrl(): string; ownUrl(): string; identityUrl(): string };

export const openProviders = (
  config: Config,
  {
    storage,
    certificate,
    hosts,
    ports,
    clock,
    addresses,
    outgoing,
  }: {
    storage: Storage;
    certificate: Certificate;
    hosts: Hosts;
    ports: PlanePorts;
    clock: Clock;
    addresses: Addresses;
    outgoing: Outgoing;
  },
): ProviderRegistry => {
  const ca = certificate.selfMade ? certificate.cert : undefined;
  const endpoint = { host: hosts.mail, security: 'tls' as const, connectTo: hosts.reach.mail, ca };
  const { providers } = config;
  return createProviders({
    db: storage.db,
    secrets: storage.secrets,
    clock,
    isSandbox: sandboxLookUp(storage.db),
    onCredentialRefused: (uid, failure) => noteRefusal({ db: storage.db, clock }, uid, failure),
    settings: {
      vendors: {
        registrar: providers.registrar,
        dnsHost: providers.dnsHost,
        payments: providers.payments,
        mailboxHosts: {
          GOOGLE: providers.mailboxHostGoogle,
          MICROSOFT: providers.mailboxHostMicrosoft,
          AZURE: providers.mailboxHostAzure,
          SMTP: providers.mailboxHostSmtp,
        },
        consentFlows: {
          GOOGLE: providers.consentFlowGoogle,
          MICROSOFT: providers.consentFlowMicrosoft,
          AZURE: providers.consentFlowAzure,
          SMTP: providers.consentFlowSmtp,
        },
      },
      builtin: {
        registry: {
          tlds: registryTlds,
          behaviour: { delayMs: providers.registryDelayMs, ...behaviourOf(providers.registryFailures) },
        },
        dns: {
          nameservers: hosts.nameservers.map((name) => ({ name, address: hosts.reach.dns, port: ports.dns })),
          hostmaster: `hostmaster.${config.server.hostname}`,
          nameserverTtlS: NAMESERVER_TTL_S,
        },
        mail: {
          mailHost: hosts.mail,
          spf: { mx: true, include: [], ip4: [], ip6: [] },
          clientPorts: { imaps: ports.imaps, submissions: ports.submissions, submission: ports.submission },
          access: {
            smtp: { ...endpoint, port: ports.submissions },
            imap: { ...endpoint, port: ports.imaps },
          },
        },
        payments: {
          publicUrl: addresses.publicUrl,
          noticeUrl: () => `${addresses.ownUrl()}/v1/payments/builtin/events`,
        },
        identityUrl: addresses.identityUrl,
        dkimKeyStockSize: SPARE_DKIM_KEYS,
      },
      cloudflare: { baseUrl: providers.cloudflareUrl },
      sequencers: {
        urls: {
          instantly: config.sequencers.instantlyUrl,
          smartlead: config.sequencers.smartleadUrl,
          lemlist: config.sequencers.lemlistUrl,
          'reply-io': config.sequencers.replyIoUrl,
          emailbison: config.sequencers.emailbisonUrl,
          plusvibe: config.sequencers.plusvibeUrl,
          manyreach: config.sequencers.manyreachUrl,
          saleshandy: config.sequencers.saleshandyUrl,
          woodpecker: config.sequencers.woodpeckerUrl,
          salesforge: config.sequencers.salesforgeUrl,
          snovio: config.sequencers.snovioUrl,
        },
        guardedSend: guardedSend(outgoing),
        callsPerMinute: config.sequencers.callsPerMinute,
        timeoutMs: config.sequencers.timeoutSeconds * 1000,
      },
      stripe: providers.stripeSecretKey
        ? {
            secretKey: providers.stripeSecretKey,
            webhookSecret: providers.stripeWebhookSecret!,
            baseUrl: providers.stripeUrl,
            publicUrl: addresses.publicUrl,
          }
        : null,
    },
  });
};

const MOST_ANSWERED_BYTES = 10 * 1024 * 1024;

const guardedSend =
  (outgoing: Outgoing): Send =>
  async (request) => {
    const { status, headers, body } = await outgoing.send({ ...request, maxBytes: MOST_ANSWERED_BYTES });
    return { status, headers, text: body.toString('utf8') };
  };

/** Which workspaces are in a sandbox; what is none never becomes one. */
const sandboxLookUp = (db: Db) => {
  const known = new Map<string, boolean>();
  return async (workspaceId: string): Promise<boolean> => {
    const before = known.get(workspaceId);
    if (before !== undefined) return before;
    const sandbox = await isSandbox(db, await teamOfWorkspace(db, workspaceId));
    // Filling it anew costs a row each; an order of use would cost more.
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(workspaceId, sandbox);
    return sandbox;
  };
};
const MOST_KNOWN = 100_000;

/** The built-in registry sells what the price book lists; names no longer sold are still renewed. */
const registryTlds = async (db: Db) => {
  const book = await currentPrices(db);
  return [...book.tlds.values(), ...sandboxPrices(book).tlds.values()]
    .map((price) => ({ ...price, registrationPriceMicros: price.registrationPriceMicros ?? 0 }))
    .sort((a, b) => (a.tld < b.tld ? -1 : 1));
};

/** Namespace of the ids of the installation's own records (RFC 9562 §5.5): the same name, the same id, every start. */
const OWN_RECORDS = '5b0f3c1e-7f43-5c8e-9d0a-3f1c5f6f2a10';

/** Publishes the installation's own hosts, which every customer's zone points to. Repeating it changes nothing. */
export const publishOwnHosts = async (
  providers: ProviderRegistry,
  config: Config,
  hosts: Hosts,
): Promise<void> => {
  const { hostname, publicAddress } = config.server;
  const records = [hostname, hosts.mail, ...hosts.nameservers].map(
    (name): HostedRecord => ({
      id: nameBasedId(name, OWN_RECORDS),
      name,
      type: 'A',
      ttlS: NAMESERVER_TTL_S,
      data: publicAddress,
    }),
  );
  await providers.dnsHost().putZone({ name: hostname, records });
};
