// A mailbox of a workspace, and the ways its status may move.
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';

export const platforms = ['GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'] as const satisfies readonly Platform[];

export const mailboxStatuses = [
  'pending',
  'scheduled',
  'processing',
  'waiting_for_dns_propagation',
  'waiting_for_activation_email',
  'activation_email_received',
  'configuring_workspace',
  'configuring_dns',
  'configuring_dkim',
  'configuring_auth',
  'finalizing_setup',
  'active',
  'inactive',
  'suspended',
  'failed',
  'renewal_failed',
  'scheduled_for_cancellation',
  'cancelled',
  'archived',
  'deleted',
] as const;

export type MailboxStatus = (typeof mailboxStatuses)[number];

export type Mailbox = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  domainUid: string;
  domainName: string;
  username: string;
  address: string;
  firstName: string;
  lastName: string;
  platform: Platform;
  status: MailboxStatus;
  /** Why it stands where it stands, for people; null while all is well. */
  statusReason: string | null;
  statusSince: Date;
  /** The first mailbox of its domain. */
  isAdmin: boolean;
  forwardingEmail: string | null;
  /** Whether mail that goes on to there is in the mailbox too. */
  forwardingKeepCopy: boolean;
  /** How the last change stands. */
  updateStatus: 'na' | 'queued' | 'pending' | 'completed' | 'failed';
  /** HTML that is safe to show. */
  signature: string | null;
  profilePicture: string | null;
  renewalDate: Date | null;
  renewalCycle: string;
  renewalStatus: SideStatus;
  prepaidUntil: Date | null;
  /** From when its months are counted; null before it began. */
  termAnchor: Date | null;
  /** How many are paid, or bought: the term ends so many after the anchor. */
  termMonths: number;
  /** When somebody has to look at it next; null while nothing is due. */
  dueAt: Date | null;
  remindedAt: Date | null;
  /** Since when its renewal could not be paid, and when that is tried again. */
  unpaidSince: Date | null;
  nextTryAt: Date | null;
  /** When it gives its included seat back although it goes on, because what follows is prepaid. */
  seatUntil: Date | null;
  suspendedFor: SuspendedFor | null;
  /** `pending` while it ends with its term. */
  cancellationStatus: SideStatus;
  reactivationStatus: SideStatus;
  /** Since when it is being removed with its mail: from then on it cannot come back. */
  erasingSince: Date | null;
  /** The sequencers it was handed to, and how it stands there; kept by those who hand it over. */
  sequencerUids: string[];
  sequencerStatus: SequencerUse;
  /** Numbers the runs of workflows that it can go through more than once. */
  runs: number;
  createdAt: Date;
  updatedAt: Date;
};

/** `completed` when each of them says that it is connected. */
export type SequencerUse = 'na' | 'queued' | 'pending' | 'completed' | 'failed';

export type SideStatus = 'na' | 'pending' | 'completed' | 'failed';

/** Why a mailbox is suspended: somebody asked for it, it is not paid, or its domain is away. */
export type SuspendedFor = 'request' | 'payment' | 'domain';

/** Secrets of a mailbox, as they leave the store: sealed. */
export type SealedSecrets = { password: string; appPassword: string; totpSecret: string };

/** The stages of buying, in order; none is taken twice and any of them may fail. */
const stages = [
  'scheduled',
  'waiting_for_dns_propagation',
  'processing',
  'configuring_workspace',
  'finalizing_setup',
  'active',
] as const satisfies readonly MailboxStatus[];

/** From each status of a mailbox that was made, where it may go. Only `deleted` has no way back. */
const lives: Readonly<Partial<Record<MailboxStatus, readonly MailboxStatus[]>>> = {
  active: ['inactive', 'suspended', 'renewal_failed', 'scheduled_for_cancellation', 'cancelled', 'deleted'],
  inactive: ['active', 'scheduled_for_cancellation', 'suspended', 'cancelled', 'deleted'],
  scheduled_for_cancellation: ['active', 'inactive', 'suspended', 'cancelled', 'deleted'],
  renewal_failed: ['active', 'inactive', 'suspended', 'cancelled', 'deleted'],
  suspended: ['active', 'inactive', 'scheduled_for_cancellation', 'cancelled', 'archived', 'deleted'],
  cancelled: ['active', 'archived', 'deleted'],
  archived: ['active', 'deleted'],
};

export const mayMove = (from: MailboxStatus, to: MailboxStatus): boolean => {
  const order = stages as readonly MailboxStatus[];
  const [start, end] = [order.indexOf(from), order.indexOf(to)];
  if (to === 'failed') return start >= 0 && from !== 'active';
  return (start >= 0 && end > start) || (lives[from]?.includes(to) ?? false);
};

/** Statuses that no longer take an address or a place on the domain. */
export const goneStatuses = [
  'failed',
  'cancelled',
  'archived',
  'deleted',
] as const satisfies readonly MailboxStatus[];

/**
 * Statuses that give the address free. A mailbox that is cancelled or archived can come back, and its mail is there:
 * somebody else under its address would read it.
 */
export const addressFreeStatuses = ['failed', 'deleted'] as const satisfies readonly MailboxStatus[];

export const isGone = (status: MailboxStatus): boolean =>
  (goneStatuses as readonly MailboxStatus[]).includes(status);

/** Somebody is at work on it, who ends it one way or the other. */
export const isBeingMade = (status: MailboxStatus): boolean =>
  status !== 'active' && (stages as readonly MailboxStatus[]).includes(status);

export const displayName = (mailbox: Pick<Mailbox, 'firstName' | 'lastName'>): string =>
  `${mailbox.firstName} ${mailbox.lastName}`.trim();
