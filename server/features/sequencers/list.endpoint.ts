// POST /sequencers/list: the workspace's accounts at sequencers.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { exportCounts } from './export-store.ts';
import { offsetField, sequencerRow, sequencerShape } from './schema.ts';
import { sequencerPage } from './store.ts';

export const listSequencers = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.list',
  summary: 'List sequencers',
  description: 'Newest first.',
  method: 'POST',
  path: '/sequencers/list',
  scope: 'workspace',
  writes: false,
  body: z.strictObject({
    ...pageBody,
    ...offsetField,
    ...newestFirstCursor,
    sequencer_platforms: orAbsent(z.array(z.string().max(50)).min(1).max(50)),
  }),
  response: z.object({ data: z.array(sequencerShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ body, workspace }, { db }) {
    const page = { ...newestFirstPage(body), ...(body.offset !== undefined && { offset: body.offset }) };
    const { sequencers, total } = await sequencerPage(db, workspace.uid, body.sequencer_platforms, page);
    const counts = await exportCounts(
      db,
      sequencers.map(({ uid }) => uid),
    );
    return {
      message: 'Sequencers retrieved successfully',
      data: sequencers.map((account) => sequencerRow(account, counts.get(account.uid))),
      ...pageFields(body, total),
      ...nextCursorOf(sequencers, body.limit),
    };
  },
});
