// POST /prewarm/search-domains: which prewarmed domains are for sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { prewarmDomainRow, prewarmDomainShape, searchFields, searchOf } from './schema.ts';
import { searchStock } from './search-store.ts';

export const searchPrewarmDomains = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.search-domains',
  summary: 'Search prewarmed domains',
  description:
    'Domains that the operator of the installation has registered and warmed, with mailboxes on them. A domain is sold ' +
    'with all of its mailboxes, for `total_price`.',
  method: 'POST',
  path: '/prewarm/search-domains',
  scope: 'workspace',
  writes: false,
  body: z.strictObject(searchFields),
  response: z.object({
    data: z.object({ domains: z.array(prewarmDomainShape), ...pageAnswer }),
  }),
  errors: [],
  async handle({ body }, { db, clock }) {
    const book = await currentPrices(db);
    const now = clock.now();
    const page = { limit: body.limit, offset: pageOffset(body) };
    const { stock, total } = await searchStock(db, searchOf(body, book), page, now);
    const domains = stock.map((one) => prewarmDomainRow(one, book, now));
    return { message: 'Prewarmed domains retrieved', data: { domains, ...pageFields(body, total) } };
  },
});
