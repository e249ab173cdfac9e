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

/** What the domain must publish for its mail to arrive and to be believed. */
export type MailDomainSetup = {
  /** The host that receives the domain's mail and that mail programs connect to. */
  mailHost: string;
  /** Who may send for the domain (RFC 7208 §5). `mx` lets the receiving host send too. */
  spf: { mx: boolean; include: string[]; ip4: string[]; ip6: string[] };
  /** `publicKeyDer` is the SubjectPublicKeyInfo in DER, base64. */
  dkim: { selector: string; algorithm: 'rsa-sha256' | 'ed25519-sha256'; publicKeyDer: string }[];
  /** Ports that SRV records tell to mail programs (RFC 6186, RFC 8314 §5.1). */
  clientPorts: { imaps: number; submissions: number; submission: number };
  access: MailboxAccess;
};

export type HostedMailbox = {
  /** Our mailbox uid. */
  id: string;
  address: string;
  displayName: string;
  status: 'active' | 'suspended';
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

export type MailboxHost = {
  /** Prepares the domain (keys included) and says what DNS must hold. Repeating it gives the same answer. */
  setUpDomain(domain: { name: string; workspaceId: string }): Promise<MailDomainSetup>;
  removeDomain(name: string): Promise<void>;
  /** Creates the mailbox; the same id again changes nothing. `conflict` when the address belongs to another id. */
  createMailbox(request: CreateMailbox): Promise<HostedMailbox>;
  findMailbox(query: { id: string } | { address: string }): Promise<HostedMailbox | null>;
  setPassword(id: string, password: string, appPassword: string | null): Promise<void>;
  setStatus(id: string, status: 'active' | 'suspended'): Promise<void>;
  /** Removes the mailbox and its mail; succeeds when there is none. */
  removeMailbox(id: string): Promise<void>;
  access(): Promise<MailboxAccess>;
};
