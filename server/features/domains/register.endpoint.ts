// POST /domains/register: buys domains from the wallet; the rest happens in the workflow `domains.register`.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  bill,
  type ChargeLine,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import {
  checkoutNotAvailable,
  domainAlreadyOwned,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from './errors.ts';
import { contactDetails, priceLine } from './schema.ts';
import { registrationFields, registrationSeller } from './seller.ts';

export const registerDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.register',
  summary: 'Register domains',
  description:
    'Buys all of the named domains or none. The price is set aside at once and charged just before each ' +
    'registration; a registration that fails for good is credited back by itself. With `dry_run: true` it only ' +
    'answers the price, line by line.',
  method: 'POST',
  path: '/domains/register',
  scope: 'workspace',
  body: z.strictObject({
    ...registrationFields,
    use_wallet_balance: z
      .boolean()
      .default(false)
      .meta({ description: 'true pays from the wallet; money only moves on this explicit yes' }),
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    dry_run: z.boolean(),
    domains_count: z.int(),
    total_cost: z.number(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
    payment_type: z.literal('wallet'),
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
    checkoutNotAvailable,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    if (!body.use_wallet_balance) {
      throw checkoutNotAvailable(
        'This installation takes payments from the wallet only: use_wallet_balance must be true',
      );
    }
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, use_wallet_balance: _explicit, ...asked } = body;
    const sale = await registrationSeller.prepare(context, buyer, asked, await currentPrices(context.db));
    const answer = async (db: Db, lines: ChargeLine[]) => ({
      ...bill(lines, await walletMicros(db, caller.teamId), { dryRun: dry_run }),
      domains_count: lines.length,
      payment_type: 'wallet' as const,
      contact_details: body.contact_details,
    });
    if (dry_run) {
      return {
        message: 'Nothing was bought: this is what it would cost',
        ...(await answer(context.db, await sale.price())),
        domain_uids: [],
      };
    }
    return commit(async (tx) => {
      const { lines, bought } = await sale.buy(tx, context.clock.now());
      return {
        message: 'Domains registration initiated successfully',
        ...(await answer(tx, lines)),
        domain_uids: bought.domainUids!,
      };
    });
  },
});
