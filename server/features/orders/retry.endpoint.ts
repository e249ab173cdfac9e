// POST /orders/{order_id}/retry: buys anew what failed, and nothing else.
import { z } from 'zod';
import { answerStatus, defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  type ChargeLine,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { domainAlreadyOwned, domainNotAvailable } from '../domains/index.ts';
import { mailboxExists, mixedPlatforms, tooManyMailboxesOnDomain } from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { nothingToRetry, orderNotEnded, orderNotFound } from './errors.ts';
import { prepareRetry, retryFields } from './retry.ts';
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
    '`wait_for_funds: true` a wallet that is too low does not refuse it: it waits, and is made by itself when credits ' +
    'arrive. With `dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/orders/{order_id}/retry',
  scope: 'workspace',
  right: 'purchase',
  status: 201,
  nothingMade: 'The price of a dry run; nothing was bought.',
  params: z.strictObject(retryFields),
  body: z.strictObject({ wait_for_funds: waitForFundsField, dry_run: z.boolean().default(false) }),
  response: z.object({
    ...orderShape.shape,
    ...retryBill,
    retry_cost: z.number(),
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was bought yet' }),
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
    const { dry_run, wait_for_funds } = body;
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const book = await currentPrices(db);
    const sale = await prepareRetry(context, buyer, params, book);
    const priced = dry_run || wait_for_funds ? await sale.price() : [];
    const view = async (on: typeof db) => {
      const order = (await orderByUid(on, params.order_id))!;
      return (await orderViews(on, [order], await orderLines(on, [order.uid]), clock.now()))[0]!;
    };
    const answer = async (on: typeof db, lines: readonly ChargeLine[]) => {
      const remainingMicros = await walletMicros(on, caller.teamId);
      const { total_cost: retry_cost, ...billed } = bill(lines, remainingMicros, { dryRun: dry_run });
      return { ...(await view(on)), ...billed, retry_cost };
    };
    if (dry_run) {
      const planned = { ...buyer, type: 'order' as const, lines: priced, now: clock.now() };
      await assertPayable(db, planned, { waits: wait_for_funds });
      return {
        [answerStatus]: 200,
        message: 'Nothing was bought: this is what it would cost',
        ...(await answer(db, priced)),
        waits: null,
      };
    }
    return commit(async (tx) => {
      const purchase = {
        buyer,
        kind: 'retry_order',
        body: params,
        book,
        sale,
        priced,
        waits: wait_for_funds,
      };
      const { lines, waits } = await buyOrWait(tx, context, purchase, clock.now());
      return {
        message: waits ? 'Order is retried when credits arrive' : 'Order is being retried',
        ...(await answer(tx, lines)),
        waits,
      };
    });
  },
});
