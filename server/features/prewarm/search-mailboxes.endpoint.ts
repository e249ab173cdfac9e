// POST /prewarm/search-mailboxes: the mailboxes on prewarmed domains that are for sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { prewarmMailboxRow, prewarmMailboxShape, searchFields, searchOf } from './schema.ts';
import { searchStockMailboxes } from './search-store.ts';

export const searchPrewarmMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.search-mailboxes',
  summary: 'Search prewarmed mailboxes',
  description:
    'The mailboxes of `prewarm/search-domains`, one row each. They are sold with their domain: buy it by `domain_id`.',
  method: 'POST',
  path: '/prewarm/search-mailboxes',
  scope: 'workspace',
  writes: false,
  body: z.strictObject(searchFields),
  response: z.object({
    data: z.object({ mailboxes: z.array(prewarmMailboxShape), ...pageAnswer }),
  }),
  errors: [],
  async handle({ body }, { db, clock }) {
    const book = await currentPrices(db);
    const now = clock.now();
    const page = { limit: body.limit, offset: pageOffset(body) };
    const found = await searchStockMailboxes(db, searchOf(body, book), page, now);
    const mailboxes = found.mailboxes.map(({ stock, mailbox }) =>
      prewarmMailboxRow(stock, mailbox, book, now),
    );
    return {
      message: 'Prewarmed mailboxes retrieved',
      data: { mailboxes, ...pageFields(body, found.total) },
    };
  },
});
