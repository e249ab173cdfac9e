// GET /domains/details?uid=: one domain, as the list shows it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { domainNotFound } from './errors.ts';
import { type DomainMailboxes, domainRows, domainShape } from './schema.ts';
import { nameSought } from './settings.ts';
import { domainFind } from './store.ts';

export const domainDetails = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'domains.details',
    summary: 'Get domain details',
    description: 'By name, the newest of that name; one that was removed is still found by its uid.',
    method: 'GET',
    path: '/domains/details',
    aliases: [{ method: 'GET', path: '/domains/{uid}' }],
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
      if (!domain) throw domainNotFound('Domain not found');
      const held = await mailboxes.held(db, [domain.uid]);
      const [row] = await domainRows(db, held, [domain], settings.maxMailboxesPerDomain);
      return {
        message: 'Domain retrieved successfully',
        domain: row!,
      };
    },
  });
