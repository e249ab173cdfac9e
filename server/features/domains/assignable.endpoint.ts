// GET /domains/assignable: the domains that can take mailboxes now.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { tagFilterFields, tagFilterOf } from '../tags/index.ts';
import { assignablePage } from './pages.ts';
import { besideDomains, type DomainMailboxes, domainRow, domainShape } from './schema.ts';

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
    async handle({ query, workspace }, { db, settings }) {
      const maximum = settings.maxMailboxesPerDomain;
      const full = await mailboxes.full(db, workspace.uid, maximum);
      const page = { limit: query.limit, offset: pageOffset(query) };
      const { domains, total } = await assignablePage(
        db,
        workspace.uid,
        { full, tags: tagFilterOf(query) },
        page,
      );
      const held = await mailboxes.held(
        db,
        domains.map(({ uid }) => uid),
      );
      const beside = await besideDomains(db, domains);
      return {
        message: 'Domains retrieved successfully',
        domains: domains.map((domain) => {
          const { count = 0, platform = null } = held.get(domain.uid) ?? {};
          const row = domainRow(domain, { assigned: count, maxMailboxes: maximum, ...beside });
          return { ...row, maximum_mailboxes: maximum, platform };
        }),
        reserved_usernames: [...mailboxes.reservedUsernames],
        ...pageFields(query, total),
      };
    },
  });
