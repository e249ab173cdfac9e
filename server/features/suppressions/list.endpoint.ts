// POST /suppressions/list: the addresses that mailboxes of the workspace do not write to.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';

const source = z.enum(['bounce', 'manual', 'import']);

export const listSuppressions = defineEndpoint<FeatureContext>()({
  operation: 'suppressions.list',
  summary: 'List suppressed addresses',
  description:
    'Newest first. `bounce` are addresses that do not exist, as their mail hosts said; the others were added. To read ' +
    'everything, send `next_cursor` of each answer as `cursor` of the next request. `total` counts to 10,000.',
  method: 'POST',
  path: '/suppressions/list',
  scope: 'workspace',
  writes: false,
  body: z.strictObject({
    ...pageBody,
    ...newestFirstCursor,
    keyword: orAbsent(z.string().trim().min(1).max(320)).meta({ description: 'Part of the address' }),
    source: orAbsent(source),
  }),
  response: z.object({
    suppressions: z.array(
      z.object({
        email: z.string(),
        source,
        reason: z.string().nullable(),
        createdAt: z.iso.datetime(),
      }),
    ),
    ...pageAnswer,
    ...nextCursorAnswer,
  }),
  errors: [],
  async handle({ body, workspace }, { providers }) {
    const filter = { keyword: body.keyword, source: body.source };
    const list = providers.suppressionList();
    const { suppressions, total } = await list.page(workspace.uid, filter, newestFirstPage(body));
    const rows = suppressions.map(({ id, createdAt }) => ({ uid: id, createdAt }));
    return {
      message: 'Suppressed addresses retrieved successfully',
      suppressions: suppressions.map((row) => ({
        email: row.address,
        source: row.source,
        reason: row.reason,
        createdAt: row.createdAt.toISOString(),
      })),
      ...pageFields(body, total),
      ...nextCursorOf(rows, body.limit),
    };
  },
});
