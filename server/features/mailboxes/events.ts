// What mailboxes tell about.

import type { NewEvent } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import type { Difference } from './drift.ts';
import type { Mailbox, MailboxStatus } from './mailbox.ts';
import type { Term } from './term-store.ts';

const mailboxEvent = (
  type: `mailbox.${string}`,
  mailbox: Mailbox,
  occurredAt: Date,
  data: Record<string, unknown>,
): NewEvent => ({
  teamUid: mailbox.teamUid,
  workspaceUid: mailbox.workspaceUid,
  type,
  subjectType: 'mailbox',
  subjectUid: mailbox.uid,
  data: { email: mailbox.address, ...data },
  occurredAt,
});

export const mailboxBought = (mailbox: Mailbox): NewEvent =>
  mailboxEvent('mailbox.status_changed', mailbox, mailbox.createdAt, {
    status: mailbox.status,
    previous_status: null,
    reason: null,
  });

export const mailboxMoved = (
  before: Mailbox,
  status: MailboxStatus,
  reason: string | null,
  at: Date,
): NewEvent =>
  mailboxEvent('mailbox.status_changed', before, at, {
    status,
    previous_status: before.status,
    reason,
    seconds_in_previous_status: (at.getTime() - before.statusSince.getTime()) / 1000,
  });

/** Says who saw the secrets, never what they are. */
export const credentialsRevealed = (
  mailbox: Mailbox,
  by: { keyId: string; requestId: string },
  at: Date,
): NewEvent =>
  mailboxEvent('mailbox.credentials_revealed', mailbox, at, { key_id: by.keyId, request_id: by.requestId });

export const renewalReminder = (mailbox: Mailbox, at: Date): NewEvent =>
  mailboxEvent('mailbox.renewal_reminder', mailbox, at, {
    renewal_date: mailbox.renewalDate!.toISOString(),
    days_left: Math.ceil((mailbox.renewalDate!.getTime() - at.getTime()) / 86_400_000),
  });

export const renewed = (mailbox: Mailbox, term: Term, at: Date): NewEvent =>
  mailboxEvent('mailbox.renewed', mailbox, at, {
    months: term.months,
    term_start: term.startsAt.toISOString(),
    renewal_date: term.endsAt.toISOString(),
  });

export const renewalUnpaid = (
  mailbox: Mailbox,
  owed: { amountMicros: number; nextTryAt: Date; suspendsAt: Date },
  at: Date,
): NewEvent =>
  mailboxEvent('mailbox.renewal_unpaid', mailbox, at, {
    renewal_date: mailbox.renewalDate!.toISOString(),
    credits: microsToCredits(owed.amountMicros),
    next_try_at: owed.nextTryAt.toISOString(),
    suspends_at: owed.suspendsAt.toISOString(),
  });

export const cancellationScheduled = (mailbox: Mailbox, endsAt: Date | null, at: Date): NewEvent =>
  mailboxEvent('mailbox.cancellation_changed', mailbox, at, { ends_at: endsAt?.toISOString() ?? null });

export const reactivationFailed = (mailbox: Mailbox, reason: string, at: Date): NewEvent =>
  mailboxEvent('mailbox.reactivation_failed', mailbox, at, { status: mailbox.status, reason });

export const driftFound = (mailbox: Mailbox, what: Difference, repaired: boolean, at: Date): NewEvent =>
  mailboxEvent('mailbox.drift_found', mailbox, at, { ...what, repaired });
