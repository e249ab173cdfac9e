// GET /orders/{order_id}: how far everything in an order has come.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { orderNotFound } from './errors.ts';
import { orderByUid, orderLines } from './store.ts';
import { orderShape, orderViews } from './view.ts';

export const getOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.get',
  summary: 'Get order',
  method: 'GET',
  path: '/orders/{order_id}',
  scope: 'workspace',
  params: z.strictObject({ order_id: uidToFind }),
  response: orderShape,
  errors: [orderNotFound],
  async handle({ params, workspace }, { db, clock }) {
    const order = await orderByUid(db, params.order_id);
    if (order?.workspaceUid !== workspace.uid) throw orderNotFound('Order not found');
    const [view] = await orderViews(db, [order], await orderLines(db, [order.uid]), clock.now());
    return { message: 'Order retrieved successfully', ...view! };
  },
});
