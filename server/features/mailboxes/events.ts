// What mailboxes tell about.

import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import type { Change, ChangeKind } from './change.ts';
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

export type Revealed = 'password' | 'app_password' | 'totp_secret' | 'totp';

/** What whoever gets all of the credentials sees. */
export const REVEALED = ['password', 'app_password', 'totp_secret'] as const satisfies readonly Revealed[];

/** Says who saw which secrets, never what they are. */
export const credentialsRevealed = (
  mailbox: Mailbox,
  by: Actor & { requestId: string },
  at: Date,
  secrets: readonly Revealed[],
): NewEvent =>
  mailboxEvent('mailbox.credentials_revealed', mailbox, at, {
    secrets,
    ...actorData(by),
    request_id: by.requestId,
  });

export const pictureChanged = (mailbox: Mailbox, hasPicture: boolean, at: Date): NewEvent =>
  mailboxEvent('mailbox.picture_changed', mailbox, at, { has_picture: hasPicture });

export const signatureChanged = (mailbox: Mailbox, at: Date): NewEvent =>
  mailboxEvent('mailbox.signature_changed', mailbox, at, {});

/** Who asked for a change; what became of it is told when it ends. */
export const changeRequested = (
  mailbox: Mailbox,
  kind: ChangeKind,
  by: Actor & { requestId: string },
  at: Date,
): NewEvent =>
  mailboxEvent('mailbox.change_requested', mailbox, at, {
    change: kind,
    ...actorData(by),
    request_id: by.requestId,
  });

/** The host has it: whoever signs in to the mailbox, sequencers above all, has to know. */
export const changeEnded = (mailbox: Mailbox, change: Change, at: Date): NewEvent => {
  switch (change.kind) {
    case 'name':
      return mailboxEvent('mailbox.name_changed', mailbox, at, {
        first_name: change.after.firstName,
        last_name: change.after.lastName,
      });
    case 'username': {
      const previous = `${change.before.username}@${mailbox.domainName}`;
      const alias = change.after.aliases.find(({ address }) => address === previous);
      return mailboxEvent('mailbox.username_changed', mailbox, at, {
        username: change.after.username,
        previous_username: change.before.username,
        previous_email: previous,
        previous_email_until: alias?.endsAt ?? null,
      });
    }
    case 'password':
      return mailboxEvent('mailbox.password_changed', mailbox, at, {});
    case 'forwarding':
      return mailboxEvent('mailbox.forwarding_changed', mailbox, at, {
        forwarding_email: change.after.address,
        keep_copy: change.after.keepCopy,
      });
    default:
      return change satisfies never;
  }
};

export const changeFailed = (mailbox: Mailbox, kind: ChangeKind, reason: string, at: Date): NewEvent =>
  mailboxEvent('mailbox.change_failed', mailbox, at, { change: kind, reason });

export const aliasEnded = (mailbox: Mailbox, address: string, at: Date): NewEvent =>
  mailboxEvent('mailbox.alias_ended', mailbox, at, { previous_email: address });

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

/** Of a mailbox that only its host knew; the workspace of its domain hears of it. */
export const unknownRemoved = (about: {
  teamUid: string;
  workspaceUid: string;
  email: string;
  hostId: string;
  by: Actor & { requestId: string };
  at: Date;
}): NewEvent => ({
  teamUid: about.teamUid,
  workspaceUid: about.workspaceUid,
  type: 'workspace.unknown_mailbox_removed',
  subjectType: 'workspace',
  subjectUid: about.workspaceUid,
  data: {
    email: about.email,
    host_id: about.hostId,
    ...actorData(about.by),
    request_id: about.by.requestId,
  },
  occurredAt: about.at,
});
