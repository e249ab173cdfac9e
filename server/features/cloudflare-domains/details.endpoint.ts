// GET /cloudflare-domains/details: one domain whose zone lies in an account here.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import {
  type DomainMailboxes,
  domainFind,
  domainNotFound,
  domainRows,
  domainShape,
  nameSought,
} from '../domains/index.ts';
import { isOurs } from './schema.ts';

export const connectedDetails = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'cloudflare-domains.details',
    summary: 'Get Cloudflare domain details',
    method: 'GET',
    path: '/cloudflare-domains/details',
    aliases: [{ method: 'GET', path: '/cloudflare-domains/{domain}' }],
    scope: 'workspace',
    keepsToDomains: ['uid', 'domain'],
    query: z
      .strictObject({
        uid: z.uuid().optional().meta({ description: 'The domain, by its uid' }),
        domain: z.string().min(1).max(260).optional().meta({ description: 'The domain, by its name' }),
      })
      .refine(({ uid, domain }) => (uid === undefined) !== (domain === undefined), {
        error: 'exactly one of uid and domain is required',
        path: ['uid'],
      }),
    response: z.object({ domain: domainShape }),
    errors: [domainNotFound],
    async handle({ query, workspace }, { db, settings }) {
      const which = query.uid === undefined ? { name: nameSought(query.domain!) } : { uid: query.uid };
      const domain = await domainFind(db, workspace.uid, which);
      if (!domain || !isOurs(domain)) throw domainNotFound('Domain not found');
      const held = await mailboxes.held(db, [domain.uid]);
      const [row] = await domainRows(db, held, [domain], settings.maxMailboxesPerDomain);
      return {
        message: 'Cloudflare domain retrieved successfully',
        domain: row!,
      };
    },
  });
