// GET /domains/available?domain=: whether one name can be bought now, and for how much.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { internationalizedName, invalidDomainName } from './errors.ts';
import { registrableName } from './names.ts';
import { namePrices, quoteNames } from './quote.ts';
import { liveDomainsByName } from './store.ts';

export const domainAvailable = defineEndpoint<FeatureContext>()({
  operation: 'domains.available',
  summary: 'Check domain availability',
  method: 'GET',
  path: '/domains/available',
  aliases: [{ method: 'GET', path: '/domains/availability/{domain}' }],
  scope: 'team',
  query: z.strictObject({ domain: z.string().min(1).max(260) }),
  response: z.object({
    domain: z.string(),
    available: z.boolean(),
    banned: z.boolean(),
    reason: z.string().nullable(),
    is_premium: z.boolean(),
    registration_price: z.number(),
    renewal_price: z.number(),
  }),
  errors: [internationalizedName, invalidDomainName],
  async handle({ query, caller }, { db, providers }) {
    const name = registrableName(query.domain);
    const registrar = providers.registrar({ domain: name, sandbox: caller.sandbox });
    const [quote] = await quoteNames(
      registrar,
      await namePrices(db, caller.teamId, await currentPrices(db)),
      [name],
    );
    const owned = (await liveDomainsByName(db, [name])).length > 0;
    const available = quote!.available && !owned;
    return {
      message: available
        ? 'Domain is available for registration'
        : 'Domain is not available for registration',
      domain: name,
      available,
      banned: quote!.unavailableReason === 'banned',
      reason: available ? null : (quote!.unavailableReason ?? 'taken'),
      is_premium: quote!.premium,
      registration_price: microsToCredits(quote!.registrationPriceMicros),
      renewal_price: microsToCredits(quote!.renewalPriceMicros),
    };
  },
});
