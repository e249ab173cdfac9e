// GET /mailboxes/consent-requests: the consent requests of the workspace, newest first.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { requestRow, requestShape, status } from './schema.ts';
import { requestPage } from './store.ts';

export const listConsentRequests = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.list',
  summary: 'List consent requests',
  description: 'By `page`, or by `offset` from the newest; a cursor reads everything.',
  method: 'GET',
  path: '/mailboxes/consent-requests',
  scope: 'workspace',
  query: z.strictObject({
    ...pageQuery,
    ...newestFirstCursor,
    offset: orAbsent(z.coerce.number().int().min(0).max(1_000_000)),
    status: orAbsent(z.union([status, z.array(status).min(1).max(10)])),
    mailbox_uid: orAbsent(z.uuid()),
    client_id: orAbsent(z.string().max(255)),
  }),
  response: z.object({ data: z.array(requestShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ query, workspace }, { db }) {
    const page = newestFirstPage(query);
    const filter = {
      status: query.status === undefined ? undefined : [query.status].flat(),
      mailboxUid: query.mailbox_uid,
      clientId: query.client_id,
    };
    const offset = query.offset ?? page.offset;
    const { requests, total } = await requestPage(db, workspace.uid, filter, { ...page, offset });
    const shown = { page: Math.floor(offset / query.limit) + 1, limit: query.limit };
    return {
      message: 'Consent requests retrieved successfully',
      data: requests.map(requestRow),
      ...pageFields(page.after ? query : shown, total),
      ...nextCursorOf(requests, query.limit),
    };
  },
});
