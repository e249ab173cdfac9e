// POST /sequencers/export/status: how far exports have come.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { exportStatuses } from './export.ts';
import { exportPage } from './export-store.ts';
import { exportRow, exportShape, offsetField } from './schema.ts';

const status = z.enum(exportStatuses);

export const exportStatus = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.export-status',
  summary: 'Show export status',
  description: 'Newest first; filters go together.',
  method: 'POST',
  path: '/sequencers/export/status',
  scope: 'workspace',
  keepsToDomains: ['mailbox_uids'],
  writes: false,
  body: z.strictObject({
    ...pageBody,
    ...offsetField,
    ...newestFirstCursor,
    sequencer_uid: orAbsent(z.uuid()),
    mailbox_uids: orAbsent(z.array(z.uuid()).min(1).max(500)),
    uids: orAbsent(z.array(z.uuid()).min(1).max(500)),
    status: orAbsent(z.union([status, z.array(status).min(1).max(5)])),
  }),
  response: z.object({ data: z.array(exportShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ body, workspace }, { db }) {
    const filter = {
      uids: body.uids,
      sequencerUid: body.sequencer_uid,
      mailboxUids: body.mailbox_uids,
      statuses: body.status === undefined ? undefined : [body.status].flat(),
    };
    const page = { ...newestFirstPage(body), ...(body.offset !== undefined && { offset: body.offset }) };
    const { exports, total } = await exportPage(db, workspace.uid, filter, page);
    const mailboxes = await mailboxesOfUids(
      db,
      exports.map(({ mailboxUid }) => mailboxUid),
    );
    return {
      message: 'Export status retrieved successfully',
      data: exports.map((row) => exportRow(row, mailboxes.get(row.mailboxUid)?.address ?? '')),
      ...pageFields(body, total),
      ...nextCursorOf(exports, body.limit),
    };
  },
});
