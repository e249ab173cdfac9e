// The role of a sequencer: a program of somebody else's that sends from our mailboxes, signed in to them over SMTP and
// IMAP. That it accepted a mailbox says nothing; it is connected when the target itself says so.
import type { CredentialValues } from './credential.ts';
import type { Send } from './wire.ts';

export type MailboxLogin = {
  host: string;
  port: number;
  /** `tls` from the first byte (RFC 8314), or `starttls`. */
  security: 'tls' | 'starttls';
  username: string;
  password: string;
};

/** What a target needs to sign in to a mailbox and to write in its name. */
export type SequencerMailbox = {
  /** Lower case. What a target knows the mailbox by. */
  address: string;
  firstName: string;
  lastName: string;
  smtp: MailboxLogin;
  imap: MailboxLogin;
};

/** How much a target is to send from a mailbox. What is null is left as the target has it. */
export type SequencerTuning = {
  /** Messages a day. */
  dailyLimit: number | null;
  warmup: {
    enabled: boolean;
    /** Messages a day. */
    dailyLimit: number | null;
    /** By how many messages it grows each day. */
    increment: number | null;
    replyPercent: number | null;
  };
};

/**
 * `connecting`: the target has not tried yet. `connected`: it signs in. `disconnected`: it has the mailbox and cannot
 * sign in, or gave up. `refused`: it looked at what it accepted, and has not taken it.
 */
export type TargetState = 'connecting' | 'connected' | 'disconnected' | 'refused';

export type TargetMailbox = {
  /** The target's own id; null for one that it refused. */
  id: string | null;
  /** Lower case. */
  address: string;
  state: TargetState;
  /** The target's own words about it, where it has any. */
  words: string | null;
};

/** What a target says when it accepts a mailbox: its id, or the number under which it will report; either may be missing. */
export type Accepted = { id: string | null; ticket: string | null };

/** Which mailbox is meant: by its address, and by what the target called it, as far as that is known. */
export type AtTarget = { address: string } & Accepted;

/** `next` is null behind the last one. */
export type TargetPage = { mailboxes: TargetMailbox[]; next: string | null };

export type Sequencer = {
  /**
   * Whether the credential opens the target; answers whose account it is, where the target tells.
   *
   * @throws unauthorized for a credential that is none (reason `invalid_credential`) or may not do enough (`missing_right`)
   */
  verifyTarget(): Promise<{ account: string | null }>;
  /**
   * Has the target hold the mailbox with these logins, whether it had it or not: it looks the address up first, and
   * changes what is there. Success means accepted and nothing more.
   */
  upsertMailbox(mailbox: SequencerMailbox, tuning: SequencerTuning): Promise<Accepted>;
  /** How the mailbox stands at the target; null when the target knows none, or none yet. */
  pollMailbox(mailbox: AtTarget): Promise<TargetMailbox | null>;
  /** Sets limits and warm-up, as far as the target lets them be set (`manifest.ts` says). */
  tune(mailbox: AtTarget, tuning: SequencerTuning): Promise<void>;
  /** Succeeds when there is none. `rejected` (reason `removal_unsupported`) by a target from which people remove by hand. */
  removeMailbox(mailbox: AtTarget): Promise<void>;
  /** A page of everything in the account, others' mailboxes too, each once. `cursor` is `next` of the page before; null begins. */
  listMailboxes(page: { cursor: string | null }): Promise<TargetPage>;
};

export type SequencerSettings = {
  /** Of the vendor's API, without a slash at the end. */
  baseUrl: string;
  /** Named as in the vendor's manifest. */
  credential: CredentialValues;
  /** Waits for our turn at this account; called before each call on the wire. */
  beforeCall?(): Promise<void>;
  /** The way to addresses that customers give. */
  guardedSend?: Send;
  timeoutMs?: number;
};

/** How many calls an account of the vendor may make. */
export type Pace = { calls: number; perMs: number };

/** What a caller may choose, made from the vendors' manifests. */
export type SequencerPlatform = {
  key: string;
  title: string;
  /** `api`: mailboxes are handed over and watched. `file`: they are written into files that people import. */
  kind: 'api' | 'file';
  credentials: readonly { name: string; label: string; secret: boolean; required: boolean }[];
  claims: readonly { ability: string; can: boolean; note: string | null }[];
  pace: Pace | null;
  /** Forms that a file can have; none for `api`. */
  layouts: readonly { key: string; title: string }[];
};

/** Reads on until `found` answers something, through at most so many pages. */
export const searchPages = async (
  listMailboxes: Sequencer['listMailboxes'],
  address: string,
  mostPages = 1_000,
): Promise<TargetMailbox | null> => {
  for (let cursor: string | null = null, page = 0; page < mostPages; page += 1) {
    const { mailboxes, next } = await listMailboxes({ cursor });
    const found = mailboxes.find((one) => one.address === address);
    if (found || next === null) return found ?? null;
    cursor = next;
  }
  return null;
};
