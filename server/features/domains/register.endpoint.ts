// POST /domains/register: buys domains from the wallet; the rest happens in the workflow `domains.register`.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  bill,
  insufficientFunds,
  lockFunds,
  reserveCharges,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import {
  checkoutNotAvailable,
  domainAlreadyOwned,
  domainNotAvailable,
  duplicateDomain,
  internationalizedName,
  invalidDomainName,
} from './errors.ts';
import { domainLine, insertDomains, priceDomains } from './purchase.ts';
import { register, registerId } from './register.workflow.ts';
import { contactDetails, forwardingUrl, priceLine, registrationYears } from './schema.ts';
import { mailTarget } from './settings.ts';

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
    domains: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(260),
          registration_years: registrationYears.default(1),
        }),
      )
      .min(1)
      .max(100),
    use_wallet_balance: z
      .boolean()
      .default(false)
      .meta({ description: 'true pays from the wallet; money only moves on this explicit yes' }),
    contact_details: contactDetails,
    dmarc_email: orAbsent(mailTarget),
    catch_all_email: orAbsent(mailTarget).meta({
      description: 'Gets the mail of addresses that do not exist',
    }),
    domain_forwarding_url: orAbsent(forwardingUrl),
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
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    const book = await currentPrices(context.db);
    const priced = await priceDomains(
      context,
      scope,
      body.domains.map(({ name, registration_years }) => ({
        name,
        years: registration_years,
        contact: body.contact_details,
        dmarcEmail: body.dmarc_email ?? null,
        catchAllEmail: body.catch_all_email ?? null,
        forwardingUrl: body.domain_forwarding_url || null,
      })),
      book,
    );
    const lines = priced.map((wish) => domainLine({ uid: '', ...wish }));
    const answer = async (db: FeatureContext['db']) => ({
      ...bill(lines, await walletMicros(db, scope.teamUid), { dryRun: body.dry_run }),
      domains_count: priced.length,
      payment_type: 'wallet' as const,
      contact_details: body.contact_details,
    });
    if (body.dry_run) {
      return {
        message: 'Nothing was bought: this is what it would cost',
        ...(await answer(context.db)),
        domain_uids: [],
      };
    }

    return commit(async (tx) => {
      const now = context.clock.now();
      await holdWorkspace(tx, scope.workspaceUid);
      await lockFunds(tx, scope.teamUid);
      const domains = await insertDomains(tx, scope, priced, now);
      await reserveCharges(tx, {
        ...scope,
        reference: { type: 'domain', uid: domains[0]!.uid },
        description: domains.length === 1 ? domains[0]!.name : `${domains.length} domains`,
        lines: domains.map((domain) => domainLine({ ...domain, years: domain.registrationYears })),
        keyUid: caller.keyId,
        priceVersion: book.version,
        now,
      });
      for (const domain of domains) {
        await context.workflows.start(tx, register, registerId(domain.uid), {
          domainUid: domain.uid,
          platform: null,
        });
      }
      return {
        message: 'Domains registration initiated successfully',
        ...(await answer(tx)),
        domain_uids: domains.map(({ uid }) => uid),
      };
    });
  },
});
