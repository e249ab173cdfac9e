// POST /orders: domains and their mailboxes in one call.
import { z } from 'zod';
import { answerStatus, defineEndpoint } from '../../http/endpoint.ts';
import { bill, insufficientFunds, spendCapExceeded, walletMicros } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import {
  domainAlreadyOwned,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
  priceDomains,
  priceLine,
} from '../domains/index.ts';
import {
  duplicateMailbox,
  invalidUsername,
  mailboxExists,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { consentNotAvailable, emailNotOnDomain, orderTooLarge, sequencerNotFound } from './errors.ts';
import { place, placeId } from './place.workflow.ts';
import { purchaseOrder, quoteOrder } from './purchase.ts';
import { orderBody } from './schema.ts';
import { orderLines } from './store.ts';
import { orderShape, orderViews } from './view.ts';
import { orderWishes } from './wishes.ts';

export const placeOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.place',
  summary: 'Place order',
  description:
    'Registers domains and makes mailboxes on them. The whole price is set aside at once, or nothing happens; each ' +
    'thing is charged just before it is bought, and what fails for good is credited back by itself. Follow the order ' +
    'with `GET /orders/{order_id}`. With `dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/orders',
  scope: 'workspace',
  status: 201,
  nothingMade: 'The price of a dry run; nothing was bought.',
  body: orderBody,
  response: z.object({
    ...orderShape.partial({ order_id: true, id: true }).shape,
    status: z.enum(['queued', 'processing', 'done', 'error', 'dry_run']),
    dry_run: z.boolean(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    domainNotAvailable,
    domainAlreadyOwned,
    duplicateDomain,
    internationalizedName,
    invalidDomainName,
    duplicateMailbox,
    mailboxExists,
    mixedPlatforms,
    tooManyMailboxesOnDomain,
    invalidUsername,
    orderTooLarge,
    emailNotOnDomain,
    sequencerNotFound,
    consentNotAvailable,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const { domains, mailboxes } = orderWishes(body);
    const book = await currentPrices(context.db);
    const priced = await priceDomains(context, scope, domains, book);
    const purchase = { scope, domains: priced, mailboxes, book, keyUid: caller.keyId };
    if (body.dry_run) {
      const lines = await quoteOrder(context, purchase);
      const now = context.clock.now().toISOString();
      return {
        [answerStatus]: 200,
        message: 'Nothing was bought: this is what it would cost',
        status: 'dry_run' as const,
        reason: null,
        workspace: workspace.uid,
        created_at: now,
        updated_at: now,
        finished_at: null,
        domains: [],
        ...bill(lines, await walletMicros(context.db, scope.teamUid), { dryRun: true }),
      };
    }
    return commit(async (tx) => {
      const now = context.clock.now();
      const { order, lines } = await purchaseOrder(tx, context, purchase, now);
      await context.workflows.start(tx, place, placeId(order.uid), { orderUid: order.uid });
      const [view] = await orderViews(tx, [order], await orderLines(tx, [order.uid]), now);
      return {
        message: 'Order placed successfully',
        ...view!,
        ...bill(lines, await walletMicros(tx, scope.teamUid), { dryRun: false }),
      };
    });
  },
});
