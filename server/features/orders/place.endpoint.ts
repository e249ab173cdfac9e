// POST /orders: domains and their mailboxes in one call.
import { z } from 'zod';
import { answerStatus, defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import {
  consentNotSupported,
  consentUrlNotAllowed,
  oauthClientNotAllowed,
} from '../consent-requests/index.ts';
import type { FeatureContext } from '../context.ts';
import {
  domainAlreadyOwned,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from '../domains/index.ts';
import {
  duplicateMailbox,
  invalidUsername,
  mailboxExists,
  mixedPlatforms,
  tooManyMailboxesOnDomain,
} from '../mailboxes/index.ts';
import { payLink } from '../payments/index.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { acceptQuote, quoteErrors } from '../quotes/index.ts';
import { sequencerNotFound } from '../sequencers/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { emailNotOnDomain, orderTooLarge } from './errors.ts';
import { orderBody } from './schema.ts';
import { orderSeller, prepareOrder } from './seller.ts';
import { orderByUid, orderLines } from './store.ts';
import { orderShape, orderViews } from './view.ts';

export const placeOrder = defineEndpoint<FeatureContext>()({
  operation: 'orders.place',
  summary: 'Place order',
  description:
    'Registers domains and makes mailboxes on them. The whole price is set aside at once, or nothing happens; each ' +
    'thing is charged just before it is bought, and what fails for good is credited back by itself. Follow the order ' +
    'with `GET /orders/{order_id}`. With `wait_for_funds: true` a wallet that is too low does not refuse it: it waits, ' +
    'holds its names, and goes on by itself when credits arrive. With `dry_run: true` it only answers the price, line ' +
    'by line. With `quote_uid` it places what was quoted.',
  method: 'POST',
  path: '/orders',
  scope: 'workspace',
  right: 'purchase',
  status: 201,
  nothingMade: 'The price of a dry run; nothing was bought.',
  body: orderBody,
  response: z.object({
    ...orderShape.partial({ order_id: true, id: true }).shape,
    status: z.enum(['waiting_for_funds', 'queued', 'processing', 'done', 'error', 'dry_run']),
    checkout_url: z
      .string()
      .nullable()
      .meta({ description: 'With `waiting_for_funds`: where to pay what is missing' }),
    ...billShape,
  }),
  errors: [
    ...quoteErrors,
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
    oauthClientNotAllowed,
    consentUrlNotAllowed,
    consentNotSupported,
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, quote_uid, domains, contact_details } = body;
    const sale = quote_uid
      ? await acceptQuote(context, buyer, quote_uid, { order: orderSeller })
      : await prepareOrder(context, buyer, { contact_details, domains: domains! }, await currentPrices(db), {
          waitsForFunds: body.wait_for_funds,
        });
    if (dry_run) {
      const lines = await sale.price();
      const planned = { ...buyer, type: 'order' as const, lines, now: clock.now() };
      await assertPayable(db, planned, { waits: body.wait_for_funds });
      const now = clock.now().toISOString();
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
        checkout_url: null,
        ...bill(lines, await walletMicros(db, caller.teamId), { dryRun: true }),
      };
    }
    return commit(async (tx) => {
      const now = clock.now();
      const { lines, bought } = await sale.buy(tx, now);
      const order = (await orderByUid(tx, bought.orderUid!))!;
      const waits = order.status === 'waiting_for_funds';
      const missingMicros = order.totalMicros - (await walletMicros(tx, caller.teamId));
      const [view] = await orderViews(tx, [order], await orderLines(tx, [order.uid]), now);
      return {
        message: waits ? 'Order placed; it goes on when credits arrive' : 'Order placed successfully',
        ...view!,
        checkout_url: waits ? payLink(context, caller.teamId, microsToCredits(missingMicros)) : null,
        ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: false }),
      };
    });
  },
});
