// POST /admin/prewarm/stock/{uid}/withdraw: a domain is for sale no longer, and stays the operator's.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { prewarmStockNotForSale, prewarmStockNotFound } from './errors.ts';
import { lockForSale } from './put-up.ts';
import { stockRow, stockShape } from './schema.ts';
import { stockUpdate } from './store.ts';

export const withdrawPrewarmStock = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.withdraw-stock',
  summary: 'Take a domain off sale',
  description: 'It can be put up for sale again. For operators of the installation.',
  method: 'POST',
  path: '/admin/prewarm/stock/{uid}/withdraw',
  scope: 'operator',
  right: 'admin',
  params: z.strictObject({ uid: uidToFind }),
  response: z.object({ stock: stockShape }),
  errors: [prewarmStockNotFound, prewarmStockNotForSale],
  handle: ({ params, commit }, { clock }) =>
    commit(async (tx) => {
      const now = clock.now();
      const stock = await lockForSale(tx, params.uid);
      await stockUpdate(tx, stock.uid, { status: 'withdrawn' }, now);
      const withdrawn = { ...stock, status: 'withdrawn' as const };
      return {
        message: 'The domain is for sale no longer',
        stock: stockRow(withdrawn, await currentPrices(tx), now),
      };
    }),
});
