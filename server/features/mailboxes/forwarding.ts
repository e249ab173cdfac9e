// Where the mail of mailboxes goes on to: what a request sets, and each mailbox's job that brings the host into line.

import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { belongsTo, normalizeAddress, normalizePath } from '../../../protocols/mail/address.ts';
import type { Actor } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import type { Change } from './change.ts';
import { aliasesOf } from './changes-store.ts';
import { forwardingToItself } from './errors.ts';
import type { Mailbox } from './mailbox.ts';
import { assertChangeable, requestChange } from './request-change.ts';
import { mailboxUpdate } from './store.ts';

export const forwardingEmail = z
  .string()
  .trim()
  .max(320)
  .transform((text, context) => {
    const path = normalizePath(text);
    if (path) return path.address;
    context.addIssue({ code: 'custom', message: 'forwarding_email is not a mail address' });
    return z.NEVER;
  })
  .meta({ example: 'team@northpeak.example' });

export const forwardingJob = z
  .object({
    id: z.uuid(),
    uid: z.uuid().meta({ description: 'The mailbox' }),
    status: z.enum(['queued', 'pending', 'completed', 'failed']),
    forwarding_email: z.string().nullable().meta({ description: 'Null: forwarding ends' }),
    keep_copy: z.boolean(),
    error_message: z.string().nullable(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'MailboxForwardingJob' });

export const jobRow = (change: Extract<Change, { kind: 'forwarding' }>): z.input<typeof forwardingJob> => ({
  id: change.uid,
  uid: change.mailboxUid,
  status: change.status,
  forwarding_email: change.after.address,
  keep_copy: change.after.keepCopy,
  error_message: change.reason,
  created_at: change.requestedAt.toISOString(),
  finished_at: change.finishedAt?.toISOString() ?? null,
});

/**
 * Sets where the mail of a locked mailbox goes on to; null ends it.
 *
 * @throws ApiError mailbox_not_changeable, mailbox_being_changed, forwarding_to_itself
 */
export const forwardMailbox = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  mailbox: Mailbox,
  wanted: { address: string; keepCopy?: boolean | undefined } | null,
  by: Actor & { requestId: string },
): Promise<z.input<typeof forwardingJob>> => {
  assertChangeable(mailbox);
  const before = { address: mailbox.forwardingEmail, keepCopy: mailbox.forwardingKeepCopy };
  const after = { address: wanted?.address ?? null, keepCopy: keepsCopy(before, wanted) };
  if (after.address !== null) {
    const own = [mailbox.address, ...(await aliasesOf(tx, mailbox.uid)).map(({ address }) => address)];
    const target = normalizeAddress(after.address) ?? after.address;
    if (own.some((address) => belongsTo(target, address))) {
      throw forwardingToItself(`${mailbox.address} would forward to itself`, { email: mailbox.address });
    }
  }
  const change = await requestChange(tx, context, mailbox, { kind: 'forwarding', before, after }, by);
  const values = { forwardingEmail: after.address, forwardingKeepCopy: after.keepCopy };
  await mailboxUpdate(tx, mailbox.uid, values, context.clock.now());
  return jobRow(change as Extract<Change, { kind: 'forwarding' }>);
};

/** A copy stays unless it is said otherwise, now or when the forwarding was set up. */
const keepsCopy = (
  before: { address: string | null; keepCopy: boolean },
  wanted: { keepCopy?: boolean | undefined } | null,
): boolean => {
  if (wanted === null) return true;
  return wanted.keepCopy ?? (before.address === null ? true : before.keepCopy);
};
