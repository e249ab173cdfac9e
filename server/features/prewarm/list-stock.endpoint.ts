// GET /admin/prewarm/stock: everything that was ever put up for sale.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { currentPrices } from '../price-book/index.ts';
import { stockRow, stockShape } from './schema.ts';
import { stockStatuses } from './stock.ts';
import { stockPage } from './store.ts';

export const listPrewarmStock = defineEndpoint<FeatureContext>()({
  operation: 'prewarm.list-stock',
  summary: 'List the stock',
  description: 'Newest first, sold and withdrawn ones too. For operators of the installation.',
  method: 'GET',
  path: '/admin/prewarm/stock',
  scope: 'operator',
  right: 'admin',
  query: z.strictObject({ ...pageQuery, status: z.enum(stockStatuses).optional() }),
  response: z.object({ stock: z.array(stockShape), ...pageAnswer }),
  errors: [],
  async handle({ query }, { db, clock }) {
    const book = await currentPrices(db);
    const page = { limit: query.limit, offset: pageOffset(query) };
    const { stock, total } = await stockPage(db, query.status, page);
    return {
      message: 'Stock retrieved successfully',
      stock: stock.map((one) => stockRow(one, book, clock.now())),
      ...pageFields(query, total),
    };
  },
});
