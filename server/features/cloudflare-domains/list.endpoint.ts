// GET /cloudflare-domains/list: the workspace's domains whose zone lies in an account here.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstPage } from '../../http/newest-first.ts';
import { pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { type DomainMailboxes, domainRows, domainShape, hostedPage } from '../domains/index.ts';
import { tagFilterFields, tagFilterOf } from '../tags/index.ts';
import { VENDOR } from './vendor.ts';

export const listConnected = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'cloudflare-domains.list',
    summary: 'List Cloudflare domains',
    description: 'Newest first, with the fields of `POST /domains/list`.',
    method: 'GET',
    path: '/cloudflare-domains/list',
    scope: 'workspace',
    query: z.strictObject({ ...pageQuery, ...tagFilterFields }),
    response: z.object({ domains: z.array(domainShape), ...pageAnswer }),
    errors: [],
    async handle({ query, workspace }, { db, settings }) {
      const page = newestFirstPage(query);
      const { domains, total } = await hostedPage(
        db,
        workspace.uid,
        { mode: VENDOR, tags: tagFilterOf(query) },
        page,
      );
      const held = await mailboxes.held(
        db,
        domains.map(({ uid }) => uid),
      );
      return {
        message: 'Cloudflare domains retrieved successfully',
        domains: await domainRows(db, held, domains, settings.maxMailboxesPerDomain),
        ...pageFields(query, total),
      };
    },
  });
