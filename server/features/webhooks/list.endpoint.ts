// GET /webhooks: the endpoints of the team, newest first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { webhookRow, webhookShape } from './schema.ts';
import { endpointList } from './store.ts';

export const listWebhooks = defineEndpoint<FeatureContext>()({
  operation: 'webhooks.list',
  summary: 'List webhook endpoints',
  method: 'GET',
  path: '/webhooks',
  aliases: [{ method: 'GET', path: '/webhooks/list' }],
  scope: 'team',
  query: z.strictObject({ ...pageQuery, ...newestFirstCursor, workspace_uid: orAbsent(z.uuid()) }),
  response: z.object({ webhooks: z.array(webhookShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ query, caller }, { db }) {
    const scope = { teamUid: caller.teamId, workspaceUid: query.workspace_uid };
    const { endpoints, total } = await endpointList(db, scope, newestFirstPage(query));
    return {
      message: 'Webhook endpoints retrieved successfully',
      webhooks: endpoints.map(webhookRow),
      ...pageFields(query, total),
      ...nextCursorOf(endpoints, query.limit),
    };
  },
});
