// GET /mail-queue/details: one recipient of one message, with every attempt to deliver it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { queueEntryNotFound } from './errors.ts';
import { entryRow, entryShape } from './schema.ts';

export const mailQueueDetails = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.details',
  summary: 'Show mail in the queue',
  description: 'With what happened each time delivery was tried: which host answered, and its words.',
  method: 'GET',
  path: '/mail-queue/details',
  scope: 'workspace',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({
    mail: entryShape.extend({
      history: z.array(
        z.object({
          attempt: z.int(),
          result: z.enum(['delivered', 'deferred', 'bounced']),
          remote_host: z.string().nullable(),
          response: z.string().nullable(),
          started_at: z.iso.datetime(),
          finished_at: z.iso.datetime(),
        }),
      ),
    }),
  }),
  errors: [queueEntryNotFound],
  async handle({ query, workspace }, { providers }) {
    const entry = await providers.mailQueue().find(workspace.uid, query.uid);
    if (!entry) throw queueEntryNotFound('Mail not found', { uids: [query.uid] });
    const history = entry.history.map((attempt) => ({
      attempt: attempt.attempt,
      result: attempt.result,
      remote_host: attempt.remoteHost,
      response: attempt.response,
      started_at: attempt.startedAt.toISOString(),
      finished_at: attempt.finishedAt.toISOString(),
    }));
    return { message: 'Mail retrieved successfully', mail: { ...entryRow(entry), history } };
  },
});
