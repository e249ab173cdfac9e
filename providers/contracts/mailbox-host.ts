// The role of a mailbox host: mailboxes that send and receive, and the keys that sign their mail.

export type Platform = 'GOOGLE' | 'MICROSOFT' | 'AZURE' | 'SMTP';

/** How a mail client reaches the host. */
export type MailEndpoint = {
  host: string;
  port: number;
  /** `tls` from the first byte (RFC 8314), or `starttls`. */
  security: 'tls' | 'starttls';
  /** PEM of the certificate to trust when it is not publicly trusted. */
  ca?: string;
  /** The address to connect to when `host` is not in public DNS. */
  connectTo?: string;
};

export type MailboxAccess = { smtp: MailEndpoint; imap: MailEndpoint };

/** The public half of a key that signs the domain's mail. */
export type DkimKey = {
  selector: string;
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** SubjectPublicKeyInfo in DER, base64. */
  publicKeyDer: string;
};

/**
 * `waiting`: made, and signs nothing yet. `signing`: mail is signed with it. `retiring`: signs no more, and mail
 * that is under way is still checked against it. In each of them its record belongs into the zone.
 */
export type HeldDkimKey = DkimKey & { state: 'waiting' | 'signing' | 'retiring' };

/** What the domain must publish for its mail to arrive and to be believed. */
export type MailDomainSetup = {
  /** The host that receives the domain's mail and that mail programs connect to. */
  mailHost: string;
  /** Who may send for the domain (RFC 7208 §5). `mx` lets the receiving host send too. */
  spf: { mx: boolean; include: string[]; ip4: string[]; ip6: string[] };
  /** Every key the host holds for the domain, whatever its state. */
  dkim: DkimKey[];
  /** Ports that SRV records tell to mail programs (RFC 6186, RFC 8314 §5.1). */
  clientPorts: { imaps: number; submissions: number; submission: number };
  access: MailboxAccess;
};

/**
 * What a mailbox may do. It keeps its mail in each of them, and nobody signs in to or sends from one that is not
 * active. `inactive` goes on receiving; mail for a `suspended` one is deferred, because it is meant to come back; mail
 * for an `archived` one is refused (RFC 3463 §3.3, X.2.1).
 */
export type HostedStatus = 'active' | ClosedStatus;
export type ClosedStatus = 'inactive' | 'suspended' | 'archived';

export type HostedMailbox = {
  /** Our mailbox uid. */
  id: string;
  address: string;
  displayName: string;
  status: HostedStatus;
  /** Further addresses that are its own: it gets their mail, and may sign in with and send as them. Sorted. */
  aliases: string[];
  forwarding: Forwarding | null;
};

/** `next` is null behind the last one. */
export type MailboxPage = { mailboxes: HostedMailbox[]; next: string | null };

/** Where a mailbox's mail goes on to. */
export type Forwarding = {
  address: string;
  /** Whether the mailbox has each message too. */
  keepCopy: boolean;
};

export type CreateMailbox = {
  id: string;
  workspaceId: string;
  address: string;
  displayName: string;
  platform: Platform;
  password: string;
  appPassword: string;
  idempotencyKey: string;
};

/** A domain that a host has already. */
export type KnownDomain = {
  name: string;
  /** Somebody outside of this installation has it there, so that nobody here can. */
  outside: boolean;
  /** Which workspace it was set up for; null when the host does not keep that. */
  workspaceId: string | null;
};

export type MailboxHost = {
  /** The ways in which it can close a mailbox; each of them but `suspended`, which all know, may be missing. */
  closes(): Promise<readonly ClosedStatus[]>;
  /** Prepares the domain (keys included) and says what DNS must hold. Repeating it gives the same answer. */
  setUpDomain(domain: { name: string; workspaceId: string }): Promise<MailDomainSetup>;
  /** Forgets the domain; succeeds when the host does not know it. `conflict` (reason `domain_in_use`) with mailboxes. */
  removeDomain(name: string): Promise<void>;
  /** Which of these domains the host has already, for us or for anybody else. It can take the others. */
  knownDomains(names: string[]): Promise<KnownDomain[]>;
  /** The keys of a domain, oldest first; none for a domain the host does not know. */
  dkimKeys(domain: string): Promise<HeldDkimKey[]>;
  /**
   * Makes a waiting successor of each key that signs, and answers those that wait; while some wait it makes none.
   * `notFound` for a domain the host does not know; `rejected` (reason `dkim_rotation_unsupported`) by a host that
   * keeps its keys for ever.
   */
  addDkimKeys(domain: string): Promise<HeldDkimKey[]>;
  /**
   * From now on exactly these sign, and those that did are retiring: at no moment does mail leave unsigned.
   * `notFound` when the host lacks one of them; nothing is changed then.
   */
  activateDkimKeys(domain: string, selectors: string[]): Promise<void>;
  /** Forgets keys; succeeds when there are none. `conflict` (reason `dkim_key_signs`) while one of them signs. */
  retireDkimKeys(domain: string, selectors: string[]): Promise<void>;
  /** Creates the mailbox; the same id again changes nothing. `conflict` when the address belongs to another id. */
  createMailbox(request: CreateMailbox): Promise<HostedMailbox>;
  findMailbox(query: { id: string } | { address: string }): Promise<HostedMailbox | null>;
  /**
   * A page of everything the host has for us, each mailbox once, in an order of its own. One that is made or removed
   * while somebody reads on may be on a page or not. `cursor` is `next` of the page before; null begins.
   */
  listMailboxes(page: { cursor: string | null; limit: number }): Promise<MailboxPage>;
  /** Whether both of these let somebody in, if the mailbox were open; null when the host does not tell. */
  opensWith(id: string, secrets: { password: string; appPassword: string }): Promise<boolean | null>;
  /** What was good before is no longer, for open sessions too. */
  setPassword(id: string, password: string, appPassword: string | null): Promise<void>;
  setDisplayName(id: string, displayName: string): Promise<void>;
  /**
   * From now on the mailbox has this address, and exactly these beside it, all of its domain. Its mail stays.
   * `conflict` (reason `address_taken`) when another mailbox has one of them; nothing is changed then.
   */
  setAddresses(id: string, addresses: { address: string; aliases: string[] }): Promise<void>;
  /** Sends the mailbox's mail on; null ends that. A message that comes back is not sent on again. */
  setForwarding(id: string, forwarding: Forwarding | null): Promise<void>;
  /** Sets what it may do; a way to close it that the host does not know (`closes`) is `suspended` there. */
  setStatus(id: string, status: HostedStatus): Promise<void>;
  /** Removes the mailbox and its mail; succeeds when there is none. */
  removeMailbox(id: string): Promise<void>;
  access(): Promise<MailboxAccess>;
};
