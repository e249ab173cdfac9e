// POST /domains/search: names around a keyword with their prices.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices, microsToCredits } from '../price-book/index.ts';
import { internationalizedName, invalidDomainName, tldNotSold } from './errors.ts';
import { registrableName, tldOf } from './names.ts';
import { namePrices, quoteNames, tldsSold } from './quote.ts';
import { registrationYears } from './schema.ts';
import { liveDomainsByName } from './store.ts';
import { rankTlds, suggestNames } from './suggest.ts';
import { namesFreeAt } from './workspace-availability.ts';

const result = z
  .object({
    name: z.string(),
    available: z.boolean(),
    unavailable_reason: z.enum(['taken', 'banned', 'unsupported_tld', 'invalid']).nullable(),
    price: z.number(),
    renewal_price: z.number(),
    tld: z.string(),
    is_premium: z.boolean(),
    banned: z.boolean(),
    google_workspace_available: z.boolean().optional(),
    ms365_workspace_available: z.boolean().optional(),
  })
  .meta({ id: 'DomainSearchResult' });

const checkHost = z
  .boolean()
  .default(true)
  .meta({ description: 'Whether the host of the platform is asked; without it the field is left out' });

export const searchDomains = defineEndpoint<FeatureContext>()({
  operation: 'domains.search',
  summary: 'Search available domains',
  description:
    'Names around the keyword that are worth buying, best first: the plain name, then prefixes and suffixes that read ' +
    'like it, hyphens last. A whole name, as `domain` or as the keyword, comes first, available or not.',
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
    tlds: z.array(z.string().min(1).max(63)).min(1).max(50).optional(),
    show_unavailable: z.boolean().default(false),
    check_banned: z.boolean().default(true).meta({ description: 'Always checked' }),
    check_google_workspace_availability: checkHost,
    check_ms365_workspace_availability: checkHost,
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
  async handle({ body, caller, workspace }, context) {
    const { db, providers } = context;
    const registrar = providers.registrar({ workspaceId: workspace.uid });
    const book = await namePrices(db, caller.teamId, await currentPrices(db));
    const sold = await tldsSold(registrar, book);
    const asked = body.tlds?.map((tld) => tld.toLowerCase().replace(/^\./, ''));
    const unsold = asked?.filter((tld) => !sold.includes(tld)) ?? [];
    if (unsold.length > 0) {
      throw tldNotSold(`tlds: ${unsold.join(', ')} not sold here`, { supported_tlds: sold });
    }
    const tlds = [...new Set(asked ?? rankTlds(sold))];

    const exact = exactNames(body, sold);
    const names = [...new Set([...exact, ...suggestNames(labelOf(body.keyword, tlds[0]!), tlds)])];
    const quotes = await quoteNames(registrar, book, names);
    const held = new Set((await liveDomainsByName(db, names)).map(({ name }) => name));
    const found = quotes
      .map((quote) => (held.has(quote.name) ? { ...quote, available: false } : quote))
      .filter((quote) => quote.available || body.show_unavailable || exact.includes(quote.name));
    const start = (body.page - 1) * body.num;
    const page = found.slice(start, start + body.num);

    const free = (platform: 'GOOGLE' | 'MICROSOFT') =>
      namesFreeAt(
        context,
        platform,
        caller.teamId,
        page.map(({ name }) => name),
      );
    const google = body.check_google_workspace_availability ? await free('GOOGLE') : null;
    const microsoft = body.check_ms365_workspace_availability ? await free('MICROSOFT') : null;
    return {
      message: 'Domains retrieved successfully',
      domains: page.map((quote) => ({
        name: quote.name,
        available: quote.available,
        unavailable_reason: quote.available ? null : (quote.unavailableReason ?? 'taken'),
        price: microsToCredits(quote.registrationPriceMicros * body.registration_years),
        renewal_price: microsToCredits(quote.renewalPriceMicros),
        tld: `.${tldOf(quote.name)}`,
        is_premium: quote.premium,
        banned: quote.unavailableReason === 'banned',
        ...(google && { google_workspace_available: google.has(quote.name) }),
        ...(microsoft && { ms365_workspace_available: microsoft.has(quote.name) }),
      })),
      total: found.length,
      pages: Math.ceil(found.length / body.num),
      current_page: body.page,
      limit: body.num,
    };
  },
});

/** Names that are asked for as they are. A keyword with a top-level domain that is sold is one of them. */
const exactNames = ({ keyword, domain }: { keyword: string; domain?: string }, sold: string[]): string[] => {
  const whole = keyword.includes('.') && sold.includes(tldOf(keyword.toLowerCase())) ? [keyword] : [];
  return [...new Set([...(domain ? [domain] : []), ...whole].map(registrableName))];
};

/** People paste whole names as keywords, and write several words; the label is what they mean. */
const labelOf = (keyword: string, tld: string): string => {
  const label = keyword
    .split('.')[0]!
    .trim()
    .replace(/[\s_]+/g, ' ');
  // Checked as one label: what cannot be registered is refused with the rule it breaks.
  registrableName(`${label.replaceAll(' ', '-')}.${tld}`);
  return label.toLowerCase();
};
