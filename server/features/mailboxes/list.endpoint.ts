// POST /mailboxes/list: the workspace's mailboxes.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  newestFirstCursor,
  newestFirstPage,
  nextCursorOf,
  searchTakesNoCursor,
} from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxCounts } from './counts.ts';
import { mailboxPage } from './list-store.ts';
import { mailboxStatuses } from './mailbox.ts';
import { mailboxRow, mailboxShape, platform } from './schema.ts';

const status = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(mailboxStatuses, { error: `status must be one of ${mailboxStatuses.join(', ')}` }));

export const listMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.list',
  summary: 'List mailboxes',
  description:
    'Newest first. To read everything, send `next_cursor` of each answer as `cursor` of the next request; a search ' +
    '(`keyword`) is read by `page`.',
  method: 'POST',
  path: '/mailboxes/list',
  scope: 'workspace',
  writes: false,
  body: z
    .strictObject({
      ...pageBody,
      ...newestFirstCursor,
      keyword: orAbsent(z.string().trim().min(1).max(320)).meta({
        description: 'Part of the address or of a name; an address that fits exactly comes first',
      }),
      email: orAbsent(z.string().trim().toLowerCase().min(1).max(320)).meta({
        description: 'The exact address',
      }),
      domain: orAbsent(z.string().trim().toLowerCase().min(1).max(253)),
      domain_uid: orAbsent(z.uuid()),
      status: orAbsent(z.union([status, z.array(status).min(1).max(20)])),
      platform: orAbsent(platform),
    })
    .refine(...searchTakesNoCursor),
  response: z.object({
    mailboxes: z.array(mailboxShape),
    ...pageAnswer,
    ...nextCursorAnswer,
    status_counts: z.record(z.string(), z.int()),
  }),
  errors: [],
  async handle({ body, workspace }, { db }) {
    const filter = {
      email: body.email,
      keyword: body.keyword,
      domain: body.domain,
      domainUid: body.domain_uid,
      status: body.status === undefined ? undefined : [body.status].flat(),
      platform: body.platform,
    };
    const { mailboxes, total } = await mailboxPage(db, workspace.uid, filter, newestFirstPage(body));
    const counts: Record<string, number> = {};
    for (const row of await mailboxCounts(db, workspace.uid)) {
      counts[row.status] = (counts[row.status] ?? 0) + row.count;
    }
    return {
      message: 'Mailboxes retrieved successfully',
      mailboxes: mailboxes.map(mailboxRow),
      ...pageFields(body, total),
      ...nextCursorOf(mailboxes, body.limit, { searched: body.keyword !== undefined }),
      status_counts: counts,
    };
  },
});
