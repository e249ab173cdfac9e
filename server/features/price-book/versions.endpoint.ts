// GET /admin/price-book/versions: when prices changed, by whom and why.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { versionFields, versionRow } from './schema.ts';
import { versionsList } from './store.ts';

export const listPriceBookVersions = defineEndpoint<FeatureContext>()({
  operation: 'price-book.versions',
  summary: 'List versions of the price book',
  description: 'Newest first; the first is in force. For operators of the installation.',
  method: 'GET',
  path: '/admin/price-book/versions',
  scope: 'operator',
  right: 'admin',
  query: z.strictObject({ ...pageQuery }),
  response: z.object({
    versions: z.array(z.object(versionFields).meta({ id: 'PriceBookVersion' })),
    ...pageAnswer,
  }),
  async handle({ query }, { db }) {
    const { versions, total } = await versionsList(db, { limit: query.limit, offset: pageOffset(query) });
    return {
      message: 'Versions of the price book retrieved successfully',
      versions: versions.map(versionRow),
      ...pageFields(query, total),
    };
  },
});
