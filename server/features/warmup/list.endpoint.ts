// POST /warmup/list: the mailboxes of the workspace that are warmed up.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { subscriptionRows, subscriptionShape } from './schema.ts';
import { subscriptionPage } from './store.ts';
import { warmupStatuses } from './subscription.ts';

export const listWarmups = defineEndpoint<FeatureContext>()({
  operation: 'warmup.list',
  summary: 'List warm-ups',
  description:
    'Newest first. Cancelled ones are left out unless `include_cancelled` or `status` asks for them.',
  method: 'POST',
  path: '/warmup/list',
  scope: 'workspace',
  keepsToDomains: 'listed',
  writes: false,
  body: z.strictObject({
    ...pageBody,
    ...newestFirstCursor,
    status: orAbsent(z.enum(warmupStatuses)),
    include_cancelled: orAbsent(z.boolean()),
    mailbox_uids: orAbsent(z.array(uidToFind).min(1).max(500)),
  }),
  response: z.object({ subscriptions: z.array(subscriptionShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ body, caller, workspace }, { db, clock }) {
    const filter = {
      status: body.status,
      includeCancelled: body.include_cancelled ?? false,
      mailboxUids: body.mailbox_uids,
      domainUids: caller.domainUids,
    };
    const { subscriptions, total } = await subscriptionPage(db, workspace.uid, filter, newestFirstPage(body));
    return {
      message: 'Warmup subscriptions retrieved successfully',
      subscriptions: await subscriptionRows(db, subscriptions, clock.now()),
      ...pageFields(body, total),
      ...nextCursorOf(subscriptions, body.limit),
    };
  },
});
