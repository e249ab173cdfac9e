// What orders tell about.
import type { NewEvent } from '../events/index.ts';
import type { Order, OrderStatus } from './order.ts';

export const orderMoved = (order: Order, from: OrderStatus | null, to: OrderStatus, at: Date): NewEvent => ({
  teamUid: order.teamUid,
  workspaceUid: order.workspaceUid,
  type: 'order.status_changed',
  subjectType: 'order',
  subjectUid: order.uid,
  data: { status: to, previous_status: from },
  occurredAt: at,
});
