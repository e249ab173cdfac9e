// POST /domains/renew: renews bought domains from the wallet; the rest happens in the workflow `domains.renew`.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  type ChargeLine,
  insufficientFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import {
  domainNotFound,
  domainNotRenewable,
  domainWasConnected,
  renewalInProgress,
  renewalTooLong,
} from './errors.ts';
import { prepareRenewals, renewalFields } from './renewal-seller.ts';
import { priceLine } from './schema.ts';
import { ofDomains } from './settings.ts';

export const renewDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.renew',
  summary: 'Request domain renewal',
  description:
    'Renews all of the named domains or none, each from when it runs out now. The price is set aside at once and charged ' +
    'just before each renewal; one that fails for good is credited back by itself. With `dry_run: true` it only answers ' +
    'the price, line by line. Domains that were connected are renewed where they were bought.',
  method: 'POST',
  path: '/domains/renew',
  scope: 'workspace',
  right: 'purchase',
  body: ofDomains({ ...renewalFields, dry_run: z.boolean().default(false) }),
  response: z.object({
    dry_run: z.boolean(),
    total_cost: z.number(),
    lines: z.array(priceLine),
    credits_remaining: z.number(),
    domains: z.array(
      z
        .object({
          _id: z.uuid(),
          uid: z.uuid(),
          name: z.string(),
          years: z.int(),
          renewal_date: z.iso.datetime().meta({ description: 'When it runs out before the renewal' }),
        })
        .meta({ id: 'DomainRenewalRequest' }),
    ),
  }),
  errors: [
    insufficientFunds,
    spendCapExceeded,
    domainNotFound,
    domainWasConnected,
    domainNotRenewable,
    renewalInProgress,
    renewalTooLong,
  ],
  async handle({ body, caller, workspace, commit }, context) {
    const { db, clock } = context;
    const buyer = { teamUid: caller.teamId, workspaceUid: workspace.uid, keyUid: caller.keyId };
    const { dry_run, ...asked } = body;
    const sale = await prepareRenewals(context, buyer, asked, await currentPrices(db));
    const answer = async (on: Db, lines: ChargeLine[]) => ({
      ...bill(lines, await walletMicros(on, caller.teamId), { dryRun: dry_run }),
      domains: sale.renewals.map(({ domain, renewal }) => ({
        _id: domain.uid,
        uid: domain.uid,
        name: domain.name,
        years: body.years,
        renewal_date: renewal.expiresBefore.toISOString(),
      })),
    });
    if (dry_run) {
      const lines = await sale.price();
      await assertPayable(db, { ...buyer, type: 'domain_renewal', lines, now: clock.now() });
      return { message: 'Nothing was renewed: this is what it would cost', ...(await answer(db, lines)) };
    }
    return commit(async (tx) => {
      const { lines } = await sale.buy(tx, clock.now());
      return { message: 'Domains renewal initiated successfully', ...(await answer(tx, lines)) };
    });
  },
});
