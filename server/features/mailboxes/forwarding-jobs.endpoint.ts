// POST /mailboxes/forwarding/jobs: how far changes of forwarding are.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageBody, pageFields, pageOffset } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import type { Change } from './change.ts';
import { changePage } from './changes-store.ts';
import { forwardingJob, jobRow } from './forwarding.ts';

export const forwardingJobs = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.forwarding-jobs',
  summary: 'List forwarding jobs of mailboxes',
  description: 'The latest first; of these mailboxes when `uids` names some.',
  method: 'POST',
  path: '/mailboxes/forwarding/jobs',
  scope: 'workspace',
  keepsToDomains: ['uids'],
  writes: false,
  body: z.strictObject({ ...pageBody, uids: z.array(z.uuid()).min(1).max(500).optional() }),
  response: z.object({ jobs: z.array(forwardingJob), ...pageAnswer }),
  errors: [],
  async handle({ body, workspace }, { db }) {
    const which = { kind: 'forwarding' as const, ...(body.uids ? { mailboxUids: body.uids } : {}) };
    const page = { limit: body.limit, offset: pageOffset(body) };
    const { changes, total } = await changePage(db, workspace.uid, which, page);
    return {
      message: 'Forwarding jobs retrieved successfully',
      jobs: changes.map((change) => jobRow(change as Extract<Change, { kind: 'forwarding' }>)),
      ...pageFields(body, total),
    };
  },
});
