// POST /mail-queue/list: the mail of the workspace, where it is and why.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { entryRow, entryShape, filterFields, filterOf } from './schema.ts';

export const listMailQueue = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.list',
  summary: 'List mail in the queue',
  description:
    'Mail that mailboxes of the workspace have sent, and mail its domains send on: a row for each recipient, newest ' +
    'first. What is over (delivered, bounced, expired, dropped) is shown for 30 days. To read everything, send ' +
    '`next_cursor` of each answer as `cursor` of the next request. `total` counts to 10,000.',
  method: 'POST',
  path: '/mail-queue/list',
  scope: 'workspace',
  writes: false,
  body: z.strictObject({ ...pageBody, ...newestFirstCursor, ...filterFields }),
  response: z.object({
    mail: z.array(entryShape),
    ...pageAnswer,
    ...nextCursorAnswer,
    waiting: z
      .object({ queued: z.int(), sending: z.int(), deferred: z.int(), held: z.int() })
      .meta({ description: 'How many wait in the whole workspace' }),
  }),
  errors: [],
  async handle({ body, workspace }, { providers }) {
    const { limit, offset, after } = newestFirstPage(body);
    const queue = providers.mailQueue();
    const page = { limit, offset, after: after?.uid ?? null };
    const { entries, total } = await queue.page(workspace.uid, filterOf(body), page);
    const { queued = 0, sending = 0, deferred = 0, held = 0 } = await queue.waiting(workspace.uid);
    const rows = entries.map(({ id, acceptedAt }) => ({ uid: id, createdAt: acceptedAt }));
    return {
      message: 'Mail retrieved successfully',
      mail: entries.map(entryRow),
      ...pageFields(body, total),
      ...nextCursorOf(rows, body.limit),
      waiting: { queued, sending, deferred, held },
    };
  },
});
