// POST /prewarm/buy-domain: buys prewarmed domains with their mailboxes; handing them over is for the workflow
// `prewarm.hand-over`.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { notInSandbox } from '../../http/errors.ts';
import {
  assertPayable,
  assertWithinCaps,
  bill,
  billShape,
  type ChargeLine,
  insufficientFunds,
  spendCapExceeded,
  totalOf,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { duplicateMailbox, invalidUsername } from '../mailboxes/index.ts';
import {
  checkoutLines,
  keepPayment,
  openCheckout,
  type Payment,
  paymentsUnavailable,
} from '../payments/index.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import { sequencerNotFound } from '../sequencers/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { prewarmMailboxCount, prewarmNotAvailable } from './errors.ts';
import { orderStatuses } from './sale.ts';
import { buyFields, preparePrewarm } from './seller.ts';

/** Domains are kept from others for so long without a promise to pay. */
const CHECKOUT_MS = 60 * 60_000;

export const buyPrewarmDomains = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.buy-domain',
  summary: 'Buy prewarmed domains',
  description:
    'Buys domains that the operator has warmed, with all of their mailboxes, and not mailboxes on a domain of yours: that ' +
    'is `mailboxes/buy`. All of the named domains are bought or none; of two who buy the same one at once, one gets it and ' +
    'the other pays nothing. The price is set aside at once; a domain that cannot be handed over is credited back by ' +
    'itself, as is a mailbox that cannot be made. The mailboxes get new passwords, and hold no mail of whoever had them ' +
    'before. A wallet that is too low answers a checkout (`url`) instead, which holds the domains for an hour; with ' +
    '`wait_for_funds` it waits for credits instead, and holds nothing. With `dry_run: true` it only answers the price.',
  method: 'POST',
  path: '/prewarm/buy-domain',
  scope: 'workspace',
  right: 'purchase',
  reachesOutside: true,
  body: z.strictObject({
    ...buyFields,
    wait_for_funds: waitForFundsField,
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    payment_type: z.enum(['wallet', 'checkout']),
    url: z.string().nullable().meta({ description: 'Where to pay; null when the wallet pays' }),
    payment_uid: z.uuid().nullable(),
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was bought yet' }),
    data: z.object({
      order_uid: z.uuid().nullable().meta({ description: 'null for a dry run, and while it waits' }),
      status: z.enum(orderStatuses).nullable(),
      total_price: z.number(),
      total_mailboxes: z.int(),
      domains: z.array(z.object({ domain_id: z.uuid(), domain_name: z.string() })),
    }),
  }),
  errors: [
    prewarmNotAvailable,
    prewarmMailboxCount,
    sequencerNotFound,
    insufficientFunds,
    spendCapExceeded,
    invalidUsername,
    duplicateMailbox,
    paymentsUnavailable,
    workspaceLimitReached,
    notInSandbox,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run: dryRun, wait_for_funds: waits, ...asked } = body;
    const { db, clock } = context;
    const book = await currentPrices(db);
    const sale = await preparePrewarm(context, buyer, asked, book);
    const priced = await sale.price();
    const paysFromWallet = waits || (await walletMicros(db, caller.teamId)) >= totalOf(priced);
    const answer = async (
      on: Db,
      lines: readonly ChargeLine[],
      status: (typeof orderStatuses)[number] | null,
      payment: Payment | null = null,
    ) => ({
      ...bill(lines, await walletMicros(on, caller.teamId), { dryRun }),
      payment_type: paysFromWallet ? ('wallet' as const) : ('checkout' as const),
      url: payment?.url ?? null,
      payment_uid: payment?.uid ?? null,
      data: {
        order_uid: status && sale.order.uid,
        status,
        total_price: microsToCredits(totalOf(lines)),
        total_mailboxes: sale.sales.reduce((sum, { mailboxes }) => sum + mailboxes.length, 0),
        domains: sale.sales.map(({ stockUid, domainName }) => ({
          domain_id: stockUid,
          domain_name: domainName,
        })),
      },
    });
    const planned = { ...buyer, lines: priced, now: clock.now() };
    if (dryRun) {
      // Whatever the wallet holds: what is missing can be paid by checkout.
      await assertPayable(db, { ...planned, type: 'prewarm' }, { waits: true });
      const message = 'Nothing was bought: this is what it would cost';
      return { message, ...(await answer(db, priced, null)), waits: null };
    }
    if (paysFromWallet) {
      return commit(async (tx) => {
        const purchase = { buyer, kind: 'buy_prewarmed', body: asked, book, sale, priced, waits };
        const bought = await buyOrWait(tx, context, purchase, clock.now());
        return {
          message: bought.waits
            ? 'The domains are bought when credits arrive'
            : 'Prewarmed domains are being handed over',
          ...(await answer(tx, bought.lines, bought.waits ? null : 'processing')),
          waits: bought.waits,
        };
      });
    }
    await assertWithinCaps(db, planned, { dryRun });
    // The vendor is asked before the transaction; a checkout whose address is never told is paid by nobody.
    const checkout = await openCheckout(context, {
      uid: newId(),
      teamUid: caller.teamId,
      workspaceUid: workspace.uid,
      lines: checkoutLines(priced.filter(({ amountMicros }) => amountMicros > 0)),
      purchaseKind: 'prewarm',
      expiresAt: new Date(clock.now().getTime() + CHECKOUT_MS),
    });
    return commit(async (tx) => {
      await keepPayment(tx, checkout);
      await sale.hold(tx, checkout.uid, clock.now());
      return {
        message: 'Payment session created successfully',
        ...(await answer(tx, priced, 'awaiting_payment', checkout)),
        waits: null,
      };
    });
  },
});
