// A mailbox's warm-up: a subscription, paid by the month.
import type { WarmupSettings } from './curve.ts';

/**
 * - `pending`: its price is set aside, and it has not begun: the mailbox is being made, or nobody has said begin
 * - `active`: it writes and is written to
 * - `paused`: it does neither, and is not renewed
 * - `cancelled`: over; added again, it goes on
 */
export const warmupStatuses = ['pending', 'active', 'paused', 'cancelled'] as const;
export type WarmupStatus = (typeof warmupStatuses)[number];

export type PausedFor = 'request' | 'payment' | 'mailbox';

export type Subscription = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  mailboxUid: string;
  domainUid: string;
  /** Of the mailbox; nobody warms up within one domain. */
  domainName: string;
  status: WarmupStatus;
  statusReason: string | null;
  statusSince: Date;
  pausedFor: PausedFor | null;
  /** Whether a pending one begins as soon as its mailbox works. */
  beginsByItself: boolean;
  settings: WarmupSettings;
  /** Whether it pairs with mailboxes of other workspaces that agree to it as well. */
  shared: boolean;
  /** Days of sending so far; the curve may have been held or gone down meanwhile. */
  rampDay: number;
  /** The last local day that was planned, and how many letters it may have. */
  plannedDay: string | null;
  plannedLetters: number;
  /** When its next day is planned; null while it sends nothing. */
  planAt: Date | null;
  /** How many mailboxes it could write to when its last day was planned. */
  partners: number | null;
  startedAt: Date | null;
  termAnchor: Date | null;
  termMonths: number;
  paidUntil: Date | null;
  unpaidSince: Date | null;
  dueAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};
