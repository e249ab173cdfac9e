// POST /domains/register: buys domains from the wallet or by checkout; the rest happens in the workflow
// `domains.register`.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
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
import {
  checkoutLines,
  keepPayment,
  openCheckout,
  type Payment,
  paymentsUnavailable,
} from '../payments/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import { workspaceLimitReached } from '../workspaces/index.ts';
import { CHECKOUT_MS } from './checkout.ts';
import {
  domainAlreadyOwned,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from './errors.ts';
import { contactDetails } from './schema.ts';
import { prepareRegistrations, registrationFields } from './seller.ts';

export const registerDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.register',
  summary: 'Register domains',
  description:
    'Buys all of the named domains or none. The price is set aside at once and charged just before each ' +
    'registration; a registration that fails for good is credited back by itself. Without `use_wallet_balance`, or ' +
    'with a wallet that is too low, it answers a checkout (`url`) instead: nothing is charged until it is paid, the ' +
    'names are held for an hour as `cart`, and the registration goes on by itself when it is paid. With `use_wallet_balance` ' +
    'and `wait_for_funds` nothing is answered to be paid for at once and no name is held: the names are registered by ' +
    'themselves, as far as they are free, when the wallet holds enough. With ' +
    '`dry_run: true` it only answers the price, line by line.',
  method: 'POST',
  path: '/domains/register',
  scope: 'workspace',
  right: 'purchase',
  body: z
    .strictObject({
      ...registrationFields,
      use_wallet_balance: z.boolean().default(false).meta({
        description: 'true pays from the wallet when it holds enough; money only moves on this explicit yes',
      }),
      wait_for_funds: waitForFundsField,
      dry_run: z.boolean().default(false),
    })
    .refine(({ use_wallet_balance, wait_for_funds }) => use_wallet_balance || !wait_for_funds, {
      error: 'wait_for_funds needs use_wallet_balance: true, for it is the wallet that pays later',
      path: ['wait_for_funds'],
    }),
  response: z.object({
    ...billShape,
    domains_count: z.int(),
    payment_type: z.enum(['wallet', 'checkout']),
    url: z.string().nullable().meta({ description: 'Where to pay; null when the wallet pays' }),
    session_id: z.string().nullable(),
    payment_uid: z.uuid().nullable(),
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was bought yet' }),
    contact_details: contactDetails,
    domain_uids: z.array(z.uuid()),
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    domainNotAvailable,
    domainAlreadyOwned,
    duplicateDomain,
    internationalizedName,
    invalidDomainName,
    paymentsUnavailable,
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, use_wallet_balance: useWallet, wait_for_funds, ...asked } = body;
    const { db, clock } = context;
    const book = await currentPrices(db);
    const sale = await prepareRegistrations(context, buyer, asked, book);
    const priced = await sale.price();
    const paysFromWallet =
      useWallet && (wait_for_funds || (await walletMicros(db, caller.teamId)) >= totalOf(priced));
    const withinCaps = () =>
      assertWithinCaps(db, { ...buyer, lines: priced, now: clock.now() }, { dryRun: dry_run });
    const answer = async (on: Db, lines: readonly ChargeLine[], payment: Payment | null) => ({
      ...bill(lines, await walletMicros(on, caller.teamId), { dryRun: dry_run }),
      domains_count: asked.domains.length,
      payment_type: paysFromWallet ? ('wallet' as const) : ('checkout' as const),
      url: payment?.url ?? null,
      session_id: payment?.sessionId ?? null,
      payment_uid: payment?.uid ?? null,
      contact_details: body.contact_details,
    });
    if (dry_run) {
      await withinCaps();
      return {
        message:
          useWallet && !paysFromWallet
            ? 'Nothing was bought: this is what it would cost, by checkout, as the wallet holds too little'
            : 'Nothing was bought: this is what it would cost',
        ...(await answer(db, priced, null)),
        waits: null,
        domain_uids: [],
      };
    }
    if (paysFromWallet) {
      return commit(async (tx) => {
        const purchase = {
          buyer,
          kind: 'register_domains',
          body: asked,
          book,
          sale,
          priced,
          waits: wait_for_funds,
        };
        const { lines, bought, waits } = await buyOrWait(tx, context, purchase, clock.now());
        return {
          message: waits
            ? 'The domains are registered when credits arrive'
            : 'Domains registration initiated successfully',
          ...(await answer(tx, lines, null)),
          waits,
          domain_uids: bought.domainUids ?? [],
        };
      });
    }
    await withinCaps();
    // The vendor is asked before the transaction; a checkout whose address is never told is paid by nobody.
    const checkout = await openCheckout(context, {
      uid: newId(),
      teamUid: caller.teamId,
      workspaceUid: workspace.uid,
      lines: checkoutLines(priced),
      purchaseKind: 'domains',
      expiresAt: new Date(clock.now().getTime() + CHECKOUT_MS),
    });
    return commit(async (tx) => {
      await keepPayment(tx, checkout);
      const uids = await sale.hold(tx, checkout.uid, clock.now());
      return {
        message: 'Payment session created successfully',
        ...(await answer(tx, priced, checkout)),
        waits: null,
        domain_uids: uids,
      };
    });
  },
});
