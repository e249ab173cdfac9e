// GET /quotes: the workspace's quotes.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { quoteStatuses } from './quote.ts';
import { quotePage } from './store.ts';
import { quoteShape, quoteView } from './view.ts';

export const listQuotes = defineEndpoint<FeatureContext>()({
  operation: 'quotes.list',
  summary: 'List quotes',
  description: 'Newest first.',
  method: 'GET',
  path: '/quotes',
  scope: 'workspace',
  query: z.strictObject({
    ...pageQuery,
    ...newestFirstCursor,
    status: orAbsent(z.enum(quoteStatuses)),
  }),
  response: z.object({ quotes: z.array(quoteShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ query, workspace }, { db, clock }) {
    const now = clock.now();
    const { quotes, total } = await quotePage(
      db,
      workspace.uid,
      { status: query.status, now },
      newestFirstPage(query),
    );
    return {
      message: 'Quotes retrieved successfully',
      quotes: quotes.map((quote) => quoteView(quote, now)),
      ...pageFields(query, total),
      ...nextCursorOf(quotes, query.limit),
    };
  },
});
