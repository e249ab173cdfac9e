// POST /domains/search: names around a keyword with their prices.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { microsToCredits } from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import { internationalizedName, invalidDomainName, tldNotSold } from './errors.ts';
import { registrableName, tldOf } from './names.ts';
import { registrationYears } from './schema.ts';
import { liveDomainsByName } from './store.ts';
import { suggestLabels } from './suggest.ts';

const result = z
  .object({
    name: z.string(),
    available: z.boolean(),
    price: z.number(),
    renewal_price: z.number(),
    tld: z.string(),
    is_premium: z.boolean(),
    banned: z.boolean(),
    google_workspace_available: z.boolean(),
    ms365_workspace_available: z.boolean(),
  })
  .meta({ id: 'DomainSearchResult' });

export const searchDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.search',
  summary: 'Search available domains',
  method: 'POST',
  path: '/domains/search',
  scope: 'workspace',
  rateLimit: 'domain_search',
  writes: false,
  body: z.strictObject({
    keyword: z.string().trim().min(1).max(63).meta({ example: 'northpeak' }),
    domain: z
      .string()
      .trim()
      .min(1)
      .max(260)
      .optional()
      .meta({ description: 'Look up exactly this name, first' }),
    page: z.int().min(1).max(1000).default(1),
    num: z.int().min(1).max(100).default(10),
    tlds: z.array(z.string().min(1).max(63)).min(1).optional(),
    show_unavailable: z.boolean().default(false),
    check_banned: z.boolean().default(true),
    check_google_workspace_availability: z.boolean().default(false),
    check_ms365_workspace_availability: z.boolean().default(false),
    registration_years: registrationYears.default(1),
  }),
  response: z.object({
    domains: z.array(result),
    total: z.int(),
    pages: z.int(),
    current_page: z.int(),
    limit: z.int(),
  }),
  errors: [tldNotSold, internationalizedName, invalidDomainName],
  async handle({ body, workspace }, { db, providers }) {
    const registrar = providers.registrar({ workspaceId: workspace.uid });
    const sold = (await registrar.tlds()).map(({ tld }) => tld);
    const tlds = (body.tlds ?? sold).map((tld) => tld.toLowerCase().replace(/^\./, ''));
    const unsold = tlds.filter((tld) => !sold.includes(tld));
    if (unsold.length > 0) {
      throw tldNotSold(`tlds: ${unsold.join(', ')} not sold here`, { supported_tlds: sold });
    }

    const exact = body.domain ? [registrableName(body.domain)] : [];
    // People paste whole names as keywords; the label is what they mean.
    const keyword = registrableName(`${body.keyword.split('.')[0]}.${tlds[0]}`).split('.')[0]!;
    const names = [
      ...new Set([
        ...exact,
        ...suggestLabels(keyword).flatMap((label) => tlds.map((tld) => `${label}.${tld}`)),
      ]),
    ];
    const quotes = await registrar.quote(names);
    const owned = new Set((await liveDomainsByName(db, names)).map(({ name }) => name));
    const rows = quotes
      .map((quote) => ({ ...quote, available: quote.available && !owned.has(quote.name) }))
      .filter((quote) => quote.available || body.show_unavailable || exact.includes(quote.name));
    const start = (body.page - 1) * body.num;
    return {
      message: 'Domains retrieved successfully',
      domains: rows.slice(start, start + body.num).map((quote) => ({
        name: quote.name,
        available: quote.available,
        price: microsToCredits(quote.registrationPriceMicros * body.registration_years),
        renewal_price: microsToCredits(quote.renewalPriceMicros),
        tld: `.${tldOf(quote.name)}`,
        is_premium: quote.premium,
        banned: quote.unavailableReason === 'banned',
        // A name nobody has registered cannot be in anybody's tenant.
        google_workspace_available: quote.available,
        ms365_workspace_available: quote.available,
      })),
      total: rows.length,
      pages: Math.ceil(rows.length / body.num),
      current_page: body.page,
      limit: body.num,
    };
  },
});
