// What mailboxes tell about.
import type { NewEvent } from '../events/index.ts';
import type { Mailbox, MailboxStatus } from './mailbox.ts';

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
