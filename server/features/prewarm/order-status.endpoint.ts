// GET /prewarm/order-status: how far an order of prewarmed domains has come.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { prewarmOrderNotFound } from './errors.ts';
import { orderProgress, orderStatuses, saleProgress } from './sale.ts';
import { orderByUid, salesOfOrder } from './store.ts';

export const prewarmOrderStatus = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.order-status',
  summary: 'Status of an order of prewarmed domains',
  description:
    'A domain is `processing` until it is in the workspace and each of its mailboxes works; `mailboxes/list` and ' +
    '`domains/list` show both from the moment it is handed over. One that failed was credited back.',
  method: 'GET',
  path: '/prewarm/order-status',
  scope: 'workspace',
  query: z.strictObject({ order_uid: uidToFind }),
  response: z.object({
    data: z.object({
      uid: z.uuid(),
      status: z.enum(orderStatuses),
      created_at: z.iso.datetime(),
      payment_uid: z.uuid().nullable(),
      keep_warming: z.boolean(),
      sequencer_uid: z.uuid().nullable(),
      domains: z.array(
        z
          .object({
            domain_id: z.uuid(),
            domain_uid: z.uuid().nullable().meta({ description: 'In the workspace; null until it is there' }),
            domain_name: z.string(),
            status: z.enum(orderStatuses),
            reason: z.string().nullable(),
            mailboxes: z.array(
              z.object({
                uid: z.uuid(),
                email: z.string(),
                status: z.string(),
                reason: z.string().nullable(),
              }),
            ),
          })
          .meta({ id: 'PrewarmOrderDomain' }),
      ),
    }),
  }),
  errors: [prewarmOrderNotFound],
  async handle({ query, workspace }, { db }) {
    const order = await orderByUid(db, query.order_uid);
    if (order?.workspaceUid !== workspace.uid) throw prewarmOrderNotFound('Order not found');
    const sales = await salesOfOrder(db, order.uid);
    const made = await mailboxesOfUids(
      db,
      sales.flatMap(({ mailboxes }) => mailboxes.map(({ uid }) => uid)),
    );
    const domains = sales.map((sale) => {
      const mailboxes = sale.mailboxes.map(({ uid, username }) => ({
        uid,
        email: made.get(uid)?.address ?? `${username}@${sale.domainName}`,
        status: made.get(uid)?.status ?? ('pending' as const),
        reason: made.get(uid)?.statusReason ?? null,
      }));
      return {
        domain_id: sale.stockUid,
        domain_uid: sale.status === 'handed_over' ? sale.domainUid : null,
        domain_name: sale.domainName,
        status: saleProgress(
          sale,
          mailboxes.map(({ status }) => status),
        ),
        reason: sale.reason,
        mailboxes,
      };
    });
    return {
      message: 'Order retrieved successfully',
      data: {
        uid: order.uid,
        status: orderProgress(domains.map(({ status }) => status)),
        created_at: order.createdAt.toISOString(),
        payment_uid: order.paymentUid,
        keep_warming: order.keepWarming,
        sequencer_uid: order.sequencerUid,
        domains,
      },
    };
  },
});
