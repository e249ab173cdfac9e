// POST /orders/{order_id}/retry: buys anew what failed, and nothing else.
import { z } from 'zod';
import { answerStatus, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { domainAlreadyOwned, domainNotAvailable } from '../domains/index.ts';
import { mailboxExists, mixedPlatforms, tooManyMailboxesOnDomain } from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { nothingToRetry, orderNotEnded, orderNotFound } from './errors.ts';
import { place, placeId } from './place.workflow.ts';
import { prepareRetry } from './retry.ts';
import { orderByUid, orderLines } from './store.ts';
import { orderShape, orderViews } from './view.ts';

/** The order has its own `total_cost`. */
const { total_cost: _, ...retryBill } = billShape;

export const retryOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.retry',
  summary: 'Retry order',
  description:
    'Buys anew the domains and mailboxes of an ended order that failed, at the prices of now, all of them or none; what ' +
    'was bought is left alone. They take the places of the failed ones in the order, which goes on. With ' +
    '`dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/orders/{order_id}/retry',
  scope: 'workspace',
  right: 'purchase',
  status: 201,
  nothingMade: 'The price of a dry run; nothing was bought.',
  params: z.strictObject({ order_id: uidToFind }),
  body: z.strictObject({ dry_run: z.boolean().default(false) }),
  response: z.object({
    ...orderShape.shape,
    ...retryBill,
    retry_cost: z.number(),
  }),
  errors: [
    orderNotFound,
    orderNotEnded,
    nothingToRetry,
    insufficientFunds,
    spendCapExceeded,
    domainNotAvailable,
    domainAlreadyOwned,
    mailboxExists,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    workspaceLimitReached,
  ],
  async handle({ params, body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const order = await orderByUid(db, params.order_id);
    if (order?.workspaceUid !== workspace.uid) throw orderNotFound('Order not found');
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const retry = await prepareRetry(context, order, buyer, await currentPrices(db));
    const view = async (on: typeof db) => {
      const now = clock.now();
      const held = (await orderByUid(on, order.uid))!;
      return (await orderViews(on, [held], await orderLines(on, [order.uid]), now))[0]!;
    };
    if (body.dry_run) {
      const lines = await retry.price();
      await assertPayable(db, { ...buyer, type: 'order', lines, now: clock.now() });
      const { total_cost: retry_cost, ...billed } = bill(lines, await walletMicros(db, caller.teamId), {
        dryRun: true,
      });
      return {
        [answerStatus]: 200,
        message: 'Nothing was bought: this is what it would cost',
        ...(await view(db)),
        ...billed,
        retry_cost,
      };
    }
    return commit(async (tx) => {
      const { lines, run } = await retry.buy(tx, clock.now());
      await context.workflows.start(tx, place, placeId(order.uid, run), { orderUid: order.uid });
      const { total_cost: retry_cost, ...billed } = bill(lines, await walletMicros(tx, caller.teamId), {
        dryRun: false,
      });
      return { message: 'Order is being retried', ...(await view(tx)), ...billed, retry_cost };
    });
  },
});
