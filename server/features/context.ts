// What every feature works with. The composition root makes it once; nothing in a feature reaches further out.
import type { Clock } from '../../database/clock.ts';
import type { Db, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import type { Providers } from '../../providers/contracts/lookup.ts';
import type { WorkflowStarter } from '../../workflow/starter.ts';
import type { Outgoing } from '../http/outgoing.ts';
import type { KeyWish } from '../http/rights.ts';
import type { SystemMail } from '../http/system-mail.ts';

/** How long each step of a renewal, and of what follows when it is not paid, waits for the one before it. */
export type RenewalSettings = {
  /** Before the end of a term, the longest first. */
  remindBeforeMs: readonly number[];
  retryEveryMs: number;
  /** From the first payment that failed on. */
  failedAfterMs: number;
  suspendAfterMs: number;
  /** From the suspension, and the end of the term, on. */
  archiveAfterMs: number;
  /** From the end of a cancelled mailbox on. */
  recoverForMs: number;
  /** From being archived on. */
  eraseAfterMs: number;
  /** Before a domain runs out. */
  renewDomainsBeforeMs: number;
  /** From when it has run out on: how long it can be had back. */
  redeemDomainsForMs: number;
};

/** The installation's own facts and limits, read from the environment by `server/config/`. */
export type FeatureSettings = {
  maxMailboxesPerDomain: number;
  /** How long the old address of a mailbox stays its own after its username was changed. */
  usernameAliasMs: number;
  /** Who invoices come from, in lines. */
  invoiceSeller: string;
  /** Address the installation's web forwarding answers on, published as A records; null when the web plane is off. */
  webAddress: string | null;
  /** How often a workflow asks the nameservers for records it waits for, and when it gives up. */
  propagation: { pollMs: number; giveUpAfterMs: number };
  /** How long a connected domain waits to be delegated to our nameservers. */
  connectExpiresMs: number;
  renewals: RenewalSettings;
  /** When a person who signed in has to do so again: after not being seen for so long, and in any case. */
  sessions: { idleMs: number; longestMs: number };
  /** How often the mailboxes of a host are compared with what is stored. */
  reconcileEveryMs: number;
  /** The same for accounts at sequencers. */
  sequencerReconcileEveryMs: number;
  /** Resolvers that are asked what the world sees; with none, the registrar's word stands for the parent zone's. */
  /** Where people and their browsers reach this installation, without a slash at the end. */
  publicUrl(): string;
  /** Where owners of mailboxes sign in: the issuer of its tokens. */
  identityUrl(): string;
  consentEvidenceDays: number;
  resolvers: { name: string; address: string; port: number }[];
  /** Where nameservers outside of this installation listen. */
  outsideDnsPort: number;
};

export type FeatureContext = {
  db: Db;
  clock: Clock;
  secrets: SecretBox;
  providers: Providers;
  workflows: WorkflowStarter;
  /** Makes API keys, each shown once. */
  keys: { issueKey(tx: Tx, wish: KeyWish): Promise<{ uid: string; token: string }> };
  /** The only way to addresses that customers give. */
  outgoing: Outgoing;
  /** Writes to people about the installation; null where the operator named no mail server for it. */
  systemMail: SystemMail | null;
  settings: FeatureSettings;
};
