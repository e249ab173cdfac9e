// How mail in the queue is asked for and shown.
import { z } from 'zod';
import { type QueueEntry, type QueueFilter, queueStates } from '../../../providers/contracts/mail-queue.ts';
import { allOrAbsent } from '../../http/absent.ts';

const status = z.enum(queueStates);
const time = z.iso.datetime({ offset: true });

/** The fields of a filter, as lists and commands take them. */
export const filterFields = allOrAbsent({
  status: z.union([status, z.array(status).min(1)]),
  mailbox_uid: z.uuid(),
  sender: z.string().trim().toLowerCase().min(1).max(320).meta({ description: 'Envelope sender' }),
  recipient: z.string().trim().min(1).max(320).meta({ description: 'Part of the address' }),
  domain: z.string().trim().toLowerCase().min(1).max(253).meta({ description: 'Of the recipient' }),
  accepted_after: time,
  accepted_before: time,
});

const filterSchema = z.strictObject(filterFields);

export const filterOf = (sent: z.output<typeof filterSchema>): QueueFilter => ({
  states: sent.status === undefined ? undefined : [sent.status].flat(),
  mailboxId: sent.mailbox_uid,
  sender: sent.sender,
  recipient: sent.recipient,
  domain: sent.domain,
  acceptedAfter: sent.accepted_after === undefined ? undefined : new Date(sent.accepted_after),
  acceptedBefore: sent.accepted_before === undefined ? undefined : new Date(sent.accepted_before),
});

/** What a command is about: entries by uid, or all that a filter finds. A filter says something, so that nothing is meant by mistake. */
export const whichEntries = z
  .strictObject({
    uids: z.array(z.uuid()).min(1).max(500).optional(),
    filter: filterSchema
      .refine((filter) => Object.values(filter).some((value) => value !== undefined), {
        error: 'filter is empty: name what is meant, with status for example',
      })
      .optional(),
  })
  .refine(({ uids, filter }) => (uids === undefined) !== (filter === undefined), {
    error: 'uids or filter is required, and not both',
    path: ['uids'],
  });

export const entryShape = z.object({
  uid: z.uuid(),
  message_uid: z.uuid().meta({ description: 'The same for all recipients of one message' }),
  status,
  reason: z.string().nullable(),
  sender: z.string(),
  recipient: z.string(),
  forwarded_for: z
    .string()
    .nullable()
    .meta({ description: 'Of mail that a domain sends on: whom it was for' }),
  mailbox_uid: z.uuid().nullable(),
  subject: z.string().nullable(),
  message_id: z.string().nullable(),
  size_bytes: z.int(),
  attempts: z.int(),
  next_attempt_at: z.iso.datetime().nullable(),
  accepted_at: z.iso.datetime(),
  status_since: z.iso.datetime(),
  bounce: z
    .object({
      kind: z.enum(['hard', 'soft']),
      origin: z.enum(['delivery', 'report']),
      status: z.string().meta({ description: 'Enhanced status code (RFC 3463)' }),
      reason: z.string(),
      reported_by: z.string().nullable(),
      bounced_at: z.iso.datetime(),
    })
    .nullable(),
});

export const entryRow = (entry: QueueEntry): z.input<typeof entryShape> => ({
  uid: entry.id,
  message_uid: entry.messageUid,
  status: entry.state,
  reason: entry.reason,
  sender: entry.sender,
  recipient: entry.recipient,
  forwarded_for: entry.forwardedFor,
  mailbox_uid: entry.mailboxId,
  subject: entry.subject,
  message_id: entry.messageId,
  size_bytes: entry.sizeBytes,
  attempts: entry.attempts,
  next_attempt_at: entry.nextAttemptAt?.toISOString() ?? null,
  accepted_at: entry.acceptedAt.toISOString(),
  status_since: entry.changedAt.toISOString(),
  bounce: entry.bounce && {
    kind: entry.bounce.kind,
    origin: entry.bounce.origin,
    status: entry.bounce.status,
    reason: entry.bounce.reason,
    reported_by: entry.bounce.reportedBy,
    bounced_at: entry.bounce.at.toISOString(),
  },
});
