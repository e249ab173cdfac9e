// PATCH /admin/prewarm/stock/{uid}: another price, age or score of a domain that is for sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { prewarmStockNotForSale, prewarmStockNotFound } from './errors.ts';
import { lockForSale, microsOrBook } from './put-up.ts';
import { stockFields, stockRow, stockShape } from './schema.ts';
import { stockLock, stockUpdate } from './store.ts';

export const changePrewarmStock = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.change-stock',
  summary: 'Price a domain that is for sale',
  description:
    'What is left out stays. Who has bought it before pays what it cost then. For operators of the installation.',
  method: 'PATCH',
  path: '/admin/prewarm/stock/{uid}',
  scope: 'operator',
  right: 'admin',
  params: z.strictObject({ uid: uidToFind }),
  body: z.strictObject(stockFields).partial(),
  response: z.object({ stock: stockShape }),
  errors: [prewarmStockNotFound, prewarmStockNotForSale],
  handle: ({ params, body, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      await lockForSale(tx, params.uid);
      const { warmed_since, score, domain_price, mailbox_price } = body;
      const change = {
        ...(warmed_since !== undefined && { warmedSince: new Date(warmed_since) }),
        ...(score !== undefined && { score }),
        ...(domain_price !== undefined && { domainPriceMicros: microsOrBook(domain_price) }),
        ...(mailbox_price !== undefined && { mailboxPriceMicros: microsOrBook(mailbox_price) }),
      };
      await stockUpdate(tx, params.uid, change, now);
      const stock = (await stockLock(tx, params.uid))!;
      return { message: 'The domain was changed', stock: stockRow(stock, await currentPrices(tx), now) };
    }),
});
