// GET /oauth-clients: the allow-list of the workspace.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { clientRow, clientShape } from './schema.ts';
import { clientPage } from './store.ts';

export const listOauthClients = defineEndpoint<FeatureContext>()({
  operation: 'oauth-clients.list',
  summary: 'List OAuth clients',
  method: 'GET',
  path: '/oauth-clients',
  scope: 'workspace',
  query: z.strictObject({ ...pageQuery, ...newestFirstCursor }),
  response: z.object({ clients: z.array(clientShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ query, workspace }, { db }) {
    const { clients, total } = await clientPage(db, workspace.uid, newestFirstPage(query));
    return {
      message: 'OAuth clients retrieved successfully',
      clients: clients.map(clientRow),
      ...pageFields(query, total),
      ...nextCursorOf(clients, query.limit),
    };
  },
});
