// POST /domains/list: the workspace's domains.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
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
import { tagFilterFields, tagFilterOf } from '../tags/index.ts';
import { domainCounts, nameserverMatchCounts } from './counts.ts';
import { domainPage, domainSorts } from './pages.ts';
import { type DomainMailboxes, domainRows, domainShape } from './schema.ts';

const word = z.string().trim().min(1).max(253);

export const listDomains = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'domains.list',
    summary: 'List domains',
    description:
      'Newest first, or as `sort` says. To read everything, send `next_cursor` of each answer as `cursor` of the next ' +
      'request.',
    method: 'POST',
    path: '/domains/list',
    scope: 'workspace',
    keepsToDomains: 'listed',
    writes: false,
    body: z
      .strictObject({
        ...pageBody,
        ...newestFirstCursor,
        keyword: orAbsent(word).meta({
          description: 'Part of the name; a name that fits exactly comes first. Read by page, not by cursor.',
        }),
        keywords: orAbsent(z.array(word).max(50)),
        status: orAbsent(z.array(z.string()).max(20)),
        ...tagFilterFields,
        sort: sortField(domainSorts),
      })
      .refine(...pagesTakeNoCursor),
    response: z.object({
      domains: z.array(domainShape),
      ...pageAnswer,
      ...nextCursorAnswer,
      status_counts: z.record(z.string(), z.int()),
      nameserver_status_counts: z.record(z.string(), z.int()),
    }),
    errors: [],
    async handle({ body, caller, workspace }, { db, settings }) {
      const { keyword, keywords, status, sort } = body;
      const filter = {
        ...{ keyword, keywords, status: status?.length ? status : undefined },
        tags: tagFilterOf(body),
        ...(caller.domainUids && { uids: caller.domainUids }),
      };
      const { domains, total } = await domainPage(db, workspace.uid, filter, {
        ...newestFirstPage(body),
        sort,
      });
      const held = await mailboxes.held(
        db,
        domains.map(({ uid }) => uid),
      );
      return {
        message: 'Domains retrieved successfully',
        domains: await domainRows(db, held, domains, settings.maxMailboxesPerDomain),
        ...pageFields(body, total),
        ...nextCursorOf(domains, body.limit, body),
        status_counts: await domainCounts(db, workspace.uid, caller.domainUids),
        nameserver_status_counts: await nameserverMatchCounts(db, workspace.uid, caller.domainUids),
      };
    },
  });
