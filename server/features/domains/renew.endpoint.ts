// POST /domains/renew: renews bought domains from the wallet; the rest happens in the workflow `domains.renew`.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
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
import { currentPrices } from '../price-book/index.ts';
import { buyOrWait, waitForFundsField, waitShape } from '../quotes/index.ts';
import {
  domainNotFound,
  domainNotRenewable,
  domainWasConnected,
  renewalInProgress,
  renewalTooLong,
} from './errors.ts';
import { prepareRenewals, renewalFields } from './renewal-seller.ts';
import { ofDomains } from './settings.ts';

export const renewDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.renew',
  summary: 'Request domain renewal',
  description:
    'Renews all of the named domains or none, each from when it runs out now. The price is set aside at once and charged ' +
    'just before each renewal; one that fails for good is credited back by itself. With `wait_for_funds: true` a wallet that ' +
    'is too low does not refuse it: it waits, and is renewed by itself when credits arrive. With `dry_run: true` it only answers ' +
    'the price, line by line. Domains that were connected are renewed where they were bought.',
  method: 'POST',
  path: '/domains/renew',
  scope: 'workspace',
  keepsToDomains: ['uids', 'domain', 'domains'],
  right: 'purchase',
  body: ofDomains({
    ...renewalFields,
    wait_for_funds: waitForFundsField,
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    waits: waitShape.nullable().meta({ description: 'With `wait_for_funds`, when nothing was renewed yet' }),
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
    const { dry_run, wait_for_funds, ...asked } = body;
    const book = await currentPrices(db);
    const sale = await prepareRenewals(context, buyer, asked, book);
    const priced = await sale.price();
    const answer = async (on: Db, lines: readonly ChargeLine[]) => ({
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
      const planned = { ...buyer, type: 'domain_renewal' as const, lines: priced, now: clock.now() };
      await assertPayable(db, planned, { waits: wait_for_funds });
      const message = 'Nothing was renewed: this is what it would cost';
      return { message, ...(await answer(db, priced)), waits: null };
    }
    return commit(async (tx) => {
      const purchase = {
        buyer,
        kind: 'renew_domains',
        body: asked,
        book,
        sale,
        priced,
        waits: wait_for_funds,
      };
      const { lines, waits } = await buyOrWait(tx, context, purchase, clock.now());
      const message = waits
        ? 'The domains are renewed when credits arrive'
        : 'Domains renewal initiated successfully';
      return { message, ...(await answer(tx, lines)), waits };
    });
  },
});
