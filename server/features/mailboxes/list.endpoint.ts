// POST /mailboxes/list: the workspace's mailboxes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  newestFirstCursor,
  newestFirstPage,
  nextCursorOf,
  pagesTakeNoCursor,
  sortField,
} from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxCounts } from './counts.ts';
import { mailboxCountsOfDomains, mailboxPage, mailboxSorts } from './list-store.ts';
import { filterOf, mailboxFilter, mailboxRows, mailboxShape } from './schema.ts';

export const listMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailboxes.list',
  summary: 'List mailboxes',
  description:
    'Newest first, or as `sort` says. To read everything, send `next_cursor` of each answer as `cursor` of the next ' +
    'request; a search (`keyword`) is read by `page`.',
  method: 'POST',
  path: '/mailboxes/list',
  scope: 'workspace',
  keepsToDomains: 'listed',
  writes: false,
  body: z
    .strictObject({
      ...pageBody,
      ...newestFirstCursor,
      ...mailboxFilter,
      sort: sortField(mailboxSorts),
    })
    .refine(...pagesTakeNoCursor),
  response: z.object({
    mailboxes: z.array(mailboxShape),
    ...pageAnswer,
    ...nextCursorAnswer,
    status_counts: z.record(z.string(), z.int()),
  }),
  errors: [],
  async handle({ body, caller, workspace }, { db }) {
    const { domainUids } = caller;
    const filter = { ...filterOf(body), domainUids };
    const { mailboxes, total } = await mailboxPage(db, workspace.uid, filter, {
      ...newestFirstPage(body),
      sort: body.sort,
    });
    const counts: Record<string, number> = {};
    const counted = domainUids
      ? await mailboxCountsOfDomains(db, workspace.uid, domainUids)
      : await mailboxCounts(db, workspace.uid);
    for (const row of counted) {
      counts[row.status] = (counts[row.status] ?? 0) + row.count;
    }
    return {
      message: 'Mailboxes retrieved successfully',
      mailboxes: await mailboxRows(db, mailboxes),
      ...pageFields(body, total),
      ...nextCursorOf(mailboxes, body.limit, body),
      status_counts: counts,
    };
  },
});
