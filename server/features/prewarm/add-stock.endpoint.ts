// POST /admin/prewarm/stock: puts a domain of the operator's up for sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { prewarmStockNotFound, prewarmUnfit } from './errors.ts';
import { microsOrBook, putUp } from './put-up.ts';
import { stockFields, stockRow, stockShape } from './schema.ts';

export const addPrewarmStock = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.add-stock',
  summary: 'Put a domain up for sale',
  description:
    'A domain that the operator’s own team bought and warmed, with every mailbox on it. It goes on working until it is ' +
    'sold; then the mailboxes are removed with their mail, and the domain is the buyer’s. For operators of the installation.',
  method: 'POST',
  path: '/admin/prewarm/stock',
  scope: 'operator',
  right: 'admin',
  body: z.strictObject({
    domain_uid: uidToFind,
    ...stockFields,
    domain_price: stockFields.domain_price.default(null),
    mailbox_price: stockFields.mailbox_price.default(null),
  }),
  response: z.object({ stock: stockShape }),
  errors: [prewarmStockNotFound, prewarmUnfit],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const given = {
        warmedSince: new Date(body.warmed_since),
        score: body.score,
        domainPriceMicros: microsOrBook(body.domain_price),
        mailboxPriceMicros: microsOrBook(body.mailbox_price),
      };
      const stock = await putUp(tx, caller.teamId, body.domain_uid, given, now);
      return { message: 'The domain is for sale', stock: stockRow(stock, await currentPrices(tx), now) };
    }),
});
