// GET /domains/assignable: the domains that can take mailboxes now.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstPage } from '../../http/newest-first.ts';
import { pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { tagFilterFields, tagFilterOf } from '../tags/index.ts';
import { assignablePage } from './pages.ts';
import { type DomainMailboxes, domainRows, domainShape } from './schema.ts';

export const assignableDomains = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'domains.assignable',
    summary: 'List assignable domains',
    description:
      'Active domains with room for mailboxes, newest first, each with what it may take: all mailboxes of one domain have ' +
      'one platform, which the first of them decides.',
    method: 'GET',
    path: '/domains/assignable',
    scope: 'workspace',
    keepsToDomains: 'listed',
    query: z.strictObject({ ...pageQuery, ...tagFilterFields }),
    response: z.object({
      domains: z.array(
        z
          .object({
            ...domainShape.shape,
            maximum_mailboxes: z.int().meta({ description: 'As many as a domain may have here' }),
            platform: z
              .string()
              .nullable()
              .meta({ description: 'What its mailboxes have to be; null while it has none' }),
          })
          .meta({ id: 'AssignableDomain' }),
      ),
      reserved_usernames: z
        .array(z.string())
        .meta({ description: 'What no mailbox of a domain can be called' }),
      ...pageAnswer,
    }),
    async handle({ query, caller, workspace }, { db, settings }) {
      const maximum = settings.maxMailboxesPerDomain;
      const full = await mailboxes.full(db, workspace.uid, maximum);
      const page = newestFirstPage(query);
      const { domains, total } = await assignablePage(
        db,
        workspace.uid,
        { full, tags: tagFilterOf(query), uids: caller.domainUids },
        page,
      );
      const held = await mailboxes.held(
        db,
        domains.map(({ uid }) => uid),
      );
      const rows = await domainRows(db, held, domains, maximum);
      return {
        message: 'Domains retrieved successfully',
        domains: rows.map((row) => ({
          ...row,
          maximum_mailboxes: maximum,
          platform: held.get(row.uid)?.platform ?? null,
        })),
        reserved_usernames: [...mailboxes.reservedUsernames],
        ...pageFields(query, total),
      };
    },
  });
