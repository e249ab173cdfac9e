// GET /admin/price-book: what everything costs, now or in an earlier version.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { pricesVersionNotFound } from './errors.ts';
import { pricesSchema } from './prices.ts';
import { versionFields, versionRow } from './schema.ts';
import { pricesOf } from './store.ts';

export const getPriceBook = defineEndpoint<FeatureContext>()({
  operation: 'price-book.get',
  summary: 'Get the price book',
  description:
    'The price book in force, or the one of an earlier version. For operators of the installation.',
  method: 'GET',
  path: '/admin/price-book',
  scope: 'operator',
  right: 'admin',
  query: z.strictObject({ version: orAbsent(z.coerce.number().int().min(1).max(1_000_000_000)) }),
  response: z.object({ ...versionFields, prices: pricesSchema }),
  errors: [pricesVersionNotFound],
  async handle({ query }, { db }) {
    const found = await pricesOf(db, query.version);
    if (!found) throw pricesVersionNotFound(`The price book has no version ${query.version}`);
    return { message: 'Price book retrieved successfully', ...versionRow(found), prices: found.prices };
  },
});
