// GET /mailboxes/failure-reason: why a mailbox is not what it should be.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { lastFailure } from './changes-store.ts';
import { findOne, oneMailbox } from './credentials.ts';
import { mailboxNotFound } from './errors.ts';
import { addressesTaken } from './store.ts';

export const failureReason = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.failure-reason',
  summary: 'Get failure reason',
  description:
    'Why the mailbox failed or stands still, or why its last change failed; `reason` is null for one that is well.',
  method: 'GET',
  path: '/mailboxes/failure-reason',
  aliases: [{ method: 'GET', path: '/mailboxes/{uid}/failure-reason' }],
  scope: 'workspace',
  keepsToDomains: ['uid', 'email'],
  query: oneMailbox,
  response: z.object({
    data: z.object({
      uid: z.uuid(),
      email: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
      failed_change: z
        .object({ change: z.string(), reason: z.string().nullable(), failed_at: z.iso.datetime().nullable() })
        .nullable()
        .meta({ description: 'The last change, when it failed; the mailbox is what it was before' }),
      retry_available: z.boolean().meta({
        description:
          'Whether asking again can help: the change, or buying the address of a failed mailbox anew',
      }),
    }),
  }),
  errors: [mailboxNotFound],
  async handle({ query, workspace }, { db }) {
    const mailbox = await findOne(db, workspace.uid, query);
    const change = await lastFailure(db, mailbox.uid);
    const isFree = mailbox.status === 'failed' && (await addressesTaken(db, [mailbox.address])).length === 0;
    return {
      message: 'Failure reason retrieved successfully',
      data: {
        uid: mailbox.uid,
        email: mailbox.address,
        status: mailbox.status,
        reason: mailbox.statusReason ?? change?.reason ?? null,
        failed_change: change && {
          change: change.kind,
          reason: change.reason,
          failed_at: change.finishedAt?.toISOString() ?? null,
        },
        retry_available: isFree || (mailbox.status === 'active' && change !== null),
      },
    };
  },
});
