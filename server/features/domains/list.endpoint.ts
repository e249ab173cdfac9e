// POST /domains/list: the workspace's domains.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageBody, pageFields } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { domainRow, domainShape } from './schema.ts';
import { domainCounts, domainPage, nameserverMatchCounts } from './store.ts';

/** How many mailboxes each domain has; mailboxes come later in the order of features, and hand it in. */
export type CountMailboxes = (db: Db, domainUids: string[]) => Promise<Map<string, number>>;

const word = z.string().trim().min(1).max(253);

export const listDomains = (countMailboxes: CountMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'domains.list',
    summary: 'List domains',
    description:
      'Newest first. To read everything, send `next_cursor` of each answer as `cursor` of the next request.',
    method: 'POST',
    path: '/domains/list',
    scope: 'workspace',
    writes: false,
    body: z.strictObject({
      ...pageBody,
      ...newestFirstCursor,
      keyword: word
        .optional()
        .meta({ description: 'Part of the name; a name that fits exactly comes first' }),
      keywords: z.array(word).max(50).optional(),
      status: z.array(z.string()).max(20).optional(),
    }),
    response: z.object({
      domains: z.array(domainShape),
      ...pageAnswer,
      ...nextCursorAnswer,
      status_counts: z.record(z.string(), z.int()),
      nameserver_status_counts: z.record(z.string(), z.int()),
    }),
    errors: [],
    async handle({ body, workspace }, { db, settings }) {
      const { keyword, keywords, status } = body;
      const filter = { keyword, keywords, status: status?.length ? status : undefined };
      const { domains, total } = await domainPage(db, workspace.uid, filter, newestFirstPage(body));
      const assigned = await countMailboxes(
        db,
        domains.map(({ uid }) => uid),
      );
      return {
        message: 'Domains retrieved successfully',
        domains: domains.map((domain) =>
          domainRow(domain, assigned.get(domain.uid) ?? 0, settings.maxMailboxesPerDomain),
        ),
        ...pageFields(body, total),
        ...nextCursorOf(domains, body.limit),
        status_counts: await domainCounts(db, workspace.uid),
        nameserver_status_counts: await nameserverMatchCounts(db, workspace.uid),
      };
    },
  });
