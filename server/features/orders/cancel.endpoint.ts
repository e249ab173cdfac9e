// POST /orders/{order_id}/cancel: takes back what was not bought yet.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { lockFunds, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { cancelRegistration, domainsOfUids } from '../domains/index.ts';
import { cancelPurchase, mailboxesOfUids } from '../mailboxes/index.ts';
import { microsToCredits } from '../price-book/index.ts';
import { endWaiting } from './await-funds.ts';
import { nothingToCancel, orderNotFound } from './errors.ts';
import type { OrderDomain } from './order.ts';
import { orderByUid, orderLines, orderLock } from './store.ts';
import { orderShape, orderViews } from './view.ts';

const part = z
  .object({
    type: z.enum(['domain', 'mailbox']),
    uid: z.uuid(),
    name: z.string(),
    outcome: z.enum(['cancelled', 'too_late', 'over']).meta({
      description:
        '`too_late`: it was charged, or its registrar may have been asked. `over`: it had ended before',
    }),
  })
  .meta({ id: 'CancelledPart' });

export const cancelOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.cancel',
  summary: 'Cancel order',
  description:
    'Takes back what was not bought yet, and gives back at once what was set aside for it. What was bought stays: each ' +
    'part says what became of it. An order that waits for credits ends with it, and its names are free again.',
  method: 'POST',
  path: '/orders/{order_id}/cancel',
  scope: 'workspace',
  params: z.strictObject({ order_id: uidToFind }),
  response: z.object({
    ...orderShape.shape,
    parts: z.array(part),
    credits_returned: z.number(),
    credits_remaining: z.number(),
  }),
  errors: [orderNotFound, nothingToCancel],
  handle: ({ params, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      await lockFunds(tx, caller.teamId);
      const order = await orderLock(tx, params.order_id);
      if (order?.workspaceUid !== workspace.uid) throw orderNotFound('Order not found');
      const before = await walletMicros(tx, caller.teamId);
      const lines = await orderLines(tx, [order.uid]);
      const parts = await cancelParts(tx, lines.get(order.uid) ?? [], now);
      if (!parts.some(({ outcome }) => outcome === 'cancelled')) {
        throw nothingToCancel('Everything in the order is bought, or has ended', { parts });
      }
      if (order.status === 'waiting_for_funds') await endWaiting(tx, order, now);
      const [view] = await orderViews(tx, [(await orderByUid(tx, order.uid))!], lines, now);
      const after = await walletMicros(tx, caller.teamId);
      return {
        message: 'Order cancelled as far as it was not bought',
        ...view!,
        parts,
        credits_returned: microsToCredits(after - before),
        credits_remaining: microsToCredits(after),
      };
    }),
});

/** Domains first, in the order of their uids: whoever else holds several of them takes them in that order, too. */
const cancelParts = async (
  tx: Tx,
  lines: readonly OrderDomain[],
  now: Date,
): Promise<z.infer<typeof part>[]> => {
  const names = await domainsOfUids(
    tx,
    lines.map(({ domainUid }) => domainUid),
  );
  const addresses = await mailboxesOfUids(
    tx,
    lines.flatMap(({ mailboxUids }) => mailboxUids),
  );
  const parts: z.infer<typeof part>[] = [];
  for (const uid of [...names.keys()].sort()) {
    const outcome = await cancelRegistration(tx, uid, now);
    parts.push({ type: 'domain', uid, name: names.get(uid)!.name, outcome });
  }
  for (const uid of [...addresses.keys()].sort()) {
    const outcome = await cancelPurchase(tx, uid, now);
    parts.push({ type: 'mailbox', uid, name: addresses.get(uid)!.address, outcome });
  }
  return parts;
};
