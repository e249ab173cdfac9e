// GET /mailboxes/client-id-requests: which clients were registered on which domains.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { clientIdRequestPage } from './client-id-store.ts';
import { clientIdRow, clientIdShape } from './schema.ts';

export const listClientIdRequests = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.client-id-list',
  summary: 'List client-id requests',
  method: 'GET',
  path: '/mailboxes/client-id-requests',
  scope: 'workspace',
  query: z.strictObject({ ...pageQuery, ...newestFirstCursor }),
  response: z.object({ data: z.array(clientIdShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ query, workspace }, { db }) {
    const { requests, total } = await clientIdRequestPage(db, workspace.uid, newestFirstPage(query));
    return {
      message: 'Client-id requests retrieved successfully',
      data: requests.map(clientIdRow),
      ...pageFields(query, total),
      ...nextCursorOf(requests, query.limit),
    };
  },
});
