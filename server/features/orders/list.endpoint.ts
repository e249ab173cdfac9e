// GET /orders: the workspace's orders.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { orderLines, orderPage } from './store.ts';
import { orderShape, orderViews } from './view.ts';

export const listOrders = defineEndpoint<FeatureContext>()({
  operation: 'orders.list',
  summary: 'List orders',
  description:
    'Newest first. To read everything, send `next_cursor` of each answer as `cursor` of the next request.',
  method: 'GET',
  path: '/orders',
  scope: 'workspace',
  query: z.strictObject({
    ...pageQuery,
    ...newestFirstCursor,
    status: orAbsent(z.enum(['queued', 'processing', 'done', 'error'])),
    from: orAbsent(z.iso.datetime({ offset: true })),
    until: orAbsent(z.iso.datetime({ offset: true })).meta({ description: 'Not included itself' }),
    domain: orAbsent(z.string().trim().toLowerCase().max(253)).meta({ description: 'Orders that name it' }),
  }),
  response: z.object({ orders: z.array(orderShape), ...pageAnswer, ...nextCursorAnswer }),
  errors: [],
  async handle({ query, workspace }, { db, clock }) {
    const { orders, total } = await orderPage(
      db,
      workspace.uid,
      {
        status: query.status,
        from: query.from === undefined ? undefined : new Date(query.from),
        until: query.until === undefined ? undefined : new Date(query.until),
        domain: query.domain,
      },
      newestFirstPage(query),
    );
    const lines = await orderLines(
      db,
      orders.map(({ uid }) => uid),
    );
    return {
      message: 'Orders retrieved successfully',
      orders: await orderViews(db, orders, lines, clock.now()),
      ...pageFields(query, total),
      ...nextCursorOf(orders, query.limit),
    };
  },
});
