// Mail that mailboxes of this installation's own mail plane have sent: where it is, and how it is steered. No role of
// vendors: a host elsewhere keeps its queue to itself.

/** The first four wait for something, the others are over. */
export const queueStates = [
  'queued',
  'sending',
  'deferred',
  'held',
  'delivered',
  'bounced',
  'expired',
  'dropped',
] as const;

export type QueueState = (typeof queueStates)[number];

/** All of what is given must hold. */
export type QueueFilter = {
  states?: QueueState[] | undefined;
  mailboxId?: string | undefined;
  /** Envelope sender. */
  sender?: string | undefined;
  /** Part of the address. */
  recipient?: string | undefined;
  /** Of the recipient. */
  domain?: string | undefined;
  acceptedAfter?: Date | undefined;
  acceptedBefore?: Date | undefined;
};

/** One recipient of one message. */
export type QueueEntry = {
  id: string;
  /** The message; its other recipients have it too. */
  messageUid: string;
  state: QueueState;
  /** Why it is in this state, for people. */
  reason: string | null;
  sender: string;
  recipient: string;
  /** Of mail that a domain sends on: the address it was for. */
  forwardedFor: string | null;
  mailboxId: string | null;
  subject: string | null;
  /** The field Message-ID. */
  messageId: string | null;
  sizeBytes: number;
  attempts: number;
  nextAttemptAt: Date | null;
  acceptedAt: Date;
  changedAt: Date;
  bounce: QueueBounce | null;
};

export type QueueBounce = {
  kind: 'hard' | 'soft';
  /** Refused as we delivered it, or told of by a report afterwards. */
  origin: 'delivery' | 'report';
  status: string;
  reason: string;
  reportedBy: string | null;
  at: Date;
};

/** A recipient whose mail came back. */
export type MailBounce = QueueBounce & {
  id: string;
  /** Of the recipient, in the queue. */
  entryId: string;
  /** The mailbox that sent it. */
  mailboxId: string;
  recipient: string;
};

export type QueueAttempt = {
  attempt: number;
  startedAt: Date;
  finishedAt: Date;
  result: 'delivered' | 'deferred' | 'bounced';
  remoteHost: string | null;
  /** The reply as received, or the error. */
  response: string | null;
};

/**
 * `retry`: what is deferred is tried now. `hold`: what waits is not tried until it is released. `release`: what is held
 * is tried now. `drop`: what waits is given up, and its sender gets no report.
 */
export type QueueCommand = 'retry' | 'hold' | 'release' | 'drop';

export type MailQueue = {
  /** Newest first, after the entry `after` where there is one. `total` counts to `MOST_COUNTED` and no further. */
  page(
    workspaceId: string,
    filter: QueueFilter,
    page: { limit: number; offset: number; after: string | null },
  ): Promise<{ entries: QueueEntry[]; total: number }>;
  /** How many wait, by state. */
  waiting(workspaceId: string): Promise<Partial<Record<QueueState, number>>>;
  /** Null for an entry the workspace does not have. */
  find(workspaceId: string, id: string): Promise<(QueueEntry & { history: QueueAttempt[] }) | null>;
  /** The states of those entries that the workspace has. */
  states(workspaceId: string, ids: string[]): Promise<Map<string, QueueState>>;
  /** Does it to those it can be done to, and answers them; doing it again does nothing. */
  steer(
    workspaceId: string,
    command: QueueCommand,
    which: { ids: string[] } | QueueFilter,
  ): Promise<string[]>;
  /**
   * What became of handing in a message whose answer was lost: `accepted`, `never` (it did not arrive, and whoever sends
   * it again makes no second one), or `elsewhere` for a mailbox whose mail another system sends.
   */
  submission(mailboxId: string, messageId: string): Promise<'accepted' | 'never' | 'elsewhere'>;
  /** Bounces, of every workspace, that nobody was told of yet; oldest first. */
  untoldBounces(limit: number): Promise<MailBounce[]>;
  /** From now on these are told of. */
  bouncesTold(ids: string[]): Promise<void>;
};

export const MOST_COUNTED = 10_000;
