// Acme as a mailbox host: our contract on one side, its wire on the other.
import { ProviderFailure, rejected } from '../../../providers/contracts/failure.ts';
import type {
  DkimKey,
  HostedMailbox,
  MailboxAccess,
  MailboxHost,
  MailDomainSetup,
} from '../../../providers/contracts/mailbox-host.ts';
import type { Api } from './api.ts';

type WireDomain = { dkim: { selector: string; public_key: string } };
type WireMailbox = {
  ref: string;
  address: string;
  aliases: string[];
  name: string;
  suspended: boolean;
  forward: { to: string; keep: boolean } | null;
};

const mailHost = 'mail.acme.example';
const clientPorts = { imaps: 993, submissions: 465, submission: 587 };
const access: MailboxAccess = {
  smtp: { host: mailHost, port: clientPorts.submissions, security: 'tls' },
  imap: { host: mailHost, port: clientPorts.imaps, security: 'tls' },
};

export const createMailboxHost = (api: Api): MailboxHost => ({
  /** Acme has one way to close a mailbox. */
  closes: async () => ['suspended'],

  setUpDomain: async ({ name }): Promise<MailDomainSetup> => {
    const domain = await api.write<WireDomain>('PUT', `/domains/${encodeURIComponent(name)}`);
    return {
      mailHost,
      spf: { mx: false, include: ['spf.acme.example'], ip4: [], ip6: [] },
      dkim: [toDkimKey(domain)],
      clientPorts,
      access,
    };
  },

  removeDomain: async (name) => {
    await api.write('DELETE', `/domains/${encodeURIComponent(name)}`);
  },

  /** Acme has no domains of others that it tells about, and keeps nothing of workspaces. */
  knownDomains: async (names) => {
    const known = await Promise.all(
      names.map((name) => found(api.read<WireDomain>('GET', `/domains/${encodeURIComponent(name)}`))),
    );
    return names
      .filter((_name, index) => known[index])
      .map((name) => ({ name, outside: false, workspaceId: null }));
  },

  dkimKeys: async (domain) => {
    const key = await found(api.read<WireDomain>('GET', `/domains/${encodeURIComponent(domain)}`));
    return key ? [{ ...toDkimKey(key), state: 'signing' as const }] : [];
  },

  addDkimKeys: async () => {
    throw keepsItsKeys();
  },
  activateDkimKeys: async () => {
    throw keepsItsKeys();
  },
  retireDkimKeys: async () => {
    throw keepsItsKeys();
  },

  createMailbox: async ({ id, address, displayName, password, appPassword, idempotencyKey }) => {
    const body = { address: address.toLowerCase(), name: displayName, password, app_password: appPassword };
    return toMailbox(await api.write<WireMailbox>('PUT', mailboxPath(id), body, idempotencyKey));
  },

  findMailbox: async (query) => {
    const path =
      'id' in query ? mailboxPath(query.id) : `/addresses/${encodeURIComponent(query.address.toLowerCase())}`;
    const mailbox = await found(api.read<WireMailbox>('GET', path));
    return mailbox && toMailbox(mailbox);
  },

  listMailboxes: async ({ cursor, limit }) => {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor !== null && { after: cursor }) });
    const page = await api.read<{ mailboxes: WireMailbox[]; after: string | null }>(
      'GET',
      `/mailboxes?${query}`,
    );
    return { mailboxes: page.mailboxes.map(toMailbox), next: page.after };
  },

  /** Acme never says anything about passwords. */
  opensWith: async () => null,

  setPassword: async (id, password, appPassword) => {
    await api.write('PUT', `${mailboxPath(id)}/password`, { password, app_password: appPassword });
  },

  setDisplayName: async (id, displayName) => {
    await api.write('PUT', `${mailboxPath(id)}/name`, { name: displayName });
  },

  setAddresses: async (id, addresses) => {
    await api.write('PUT', `${mailboxPath(id)}/addresses`, addresses);
  },

  setForwarding: async (id, forwarding) => {
    const forward = forwarding && { to: forwarding.address, keep: forwarding.keepCopy };
    await api.write('PUT', `${mailboxPath(id)}/forward`, { forward });
  },

  setStatus: async (id, status) => {
    await api.write('PUT', `${mailboxPath(id)}/suspended`, { suspended: status !== 'active' });
  },

  removeMailbox: async (id) => {
    await api.write('DELETE', mailboxPath(id));
  },

  access: async () => access,
});

const mailboxPath = (id: string) => `/mailboxes/${encodeURIComponent(id)}`;

/** What the answer is, or null when there is no such thing. */
const found = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProviderFailure && error.failure.kind === 'notFound') return null;
    throw error;
  }
};

const keepsItsKeys = () => rejected('Acme keeps the key of a domain for ever.', 'dkim_rotation_unsupported');

const toDkimKey = ({ dkim }: WireDomain): DkimKey => ({
  selector: dkim.selector,
  algorithm: 'ed25519-sha256',
  publicKeyDer: dkim.public_key,
});

const toMailbox = ({ ref, address, aliases, name, suspended, forward }: WireMailbox): HostedMailbox => ({
  id: ref,
  address,
  displayName: name,
  status: suspended ? 'suspended' : 'active',
  aliases: aliases.toSorted(),
  forwarding: forward && { address: forward.to, keepCopy: forward.keep },
});
