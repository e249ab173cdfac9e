// What is told of people who steer the queue, and of mail that came back.

import type { MailBounce, QueueCommand } from '../../../providers/contracts/mail-queue.ts';
import { type Actor, actorData } from '../../http/caller.ts';
import type { NewEvent } from '../events/index.ts';
import type { Mailbox } from '../mailboxes/index.ts';

export const mailSteered = (about: {
  teamUid: string;
  workspaceUid: string;
  by: Actor;
  command: QueueCommand;
  uids: string[];
  at: Date;
}): NewEvent => ({
  teamUid: about.teamUid,
  workspaceUid: about.workspaceUid,
  type: 'workspace.mail_queue_changed',
  subjectType: 'workspace',
  subjectUid: about.workspaceUid,
  // A filter can mean a hundred thousand: the first ones say which they were.
  data: {
    command: about.command,
    changed: about.uids.length,
    uids: about.uids.slice(0, 100),
    ...actorData(about.by),
  },
  occurredAt: about.at,
});

export const MAIL_BOUNCED = 'mailbox.mail_bounced';

/** Who could not be reached and why, in the words of whoever refused it; never what was written. */
export const mailBounced = (mailbox: Mailbox, bounce: MailBounce): NewEvent => ({
  teamUid: mailbox.teamUid,
  workspaceUid: mailbox.workspaceUid,
  type: MAIL_BOUNCED,
  subjectType: 'mailbox',
  subjectUid: mailbox.uid,
  data: {
    email: mailbox.address,
    recipient: bounce.recipient,
    bounce: bounce.kind,
    origin: bounce.origin,
    status_code: bounce.status,
    diagnostic: bounce.reason,
    reported_by: bounce.reportedBy,
    mail_uid: bounce.entryId,
    cause: bounce.id,
  },
  occurredAt: bounce.at,
});
