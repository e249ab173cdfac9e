// GET /domains/renewal-status?uid=: until when a domain is held, and what became of its latest renewal.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import { domainNotFound, domainWasConnected } from './errors.ts';
import { latestRenewal, type Renewal } from './renewal.ts';
import { domainFind } from './store.ts';

const renewalShape = z
  .object({
    uid: z.uuid(),
    status: z.enum(['pending', 'completed', 'failed']),
    years: z.int(),
    price: z.number(),
    reason: z.string().nullable().meta({ description: 'Why it failed; it was credited back' }),
    renewal_date_before: z.iso.datetime(),
    renewal_date_after: z.iso.datetime().nullable(),
    requested_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DomainRenewal' });

export const renewalStatus = defineEndpoint<FeatureContext>()({
  operation: 'domains.renewal-status',
  summary: 'Check domain renewal status',
  method: 'GET',
  path: '/domains/renewal-status',
  scope: 'workspace',
  keepsToDomains: ['uid'],
  query: z.strictObject({ uid: z.uuid() }),
  response: z.object({
    uid: z.uuid(),
    name: z.string(),
    renewal_status: z.enum(['na', 'pending', 'completed', 'failed']),
    renewal_date: z.iso.datetime().nullable(),
    renewal: renewalShape.nullable().meta({ description: 'The latest one; null when there was none' }),
  }),
  errors: [domainNotFound, domainWasConnected],
  async handle({ query, workspace }, { db }) {
    // Before the domain: what the renewal says has happened is in the domain by then.
    const renewal = await latestRenewal(db, query.uid);
    const domain = await domainFind(db, workspace.uid, { uid: query.uid });
    if (!domain) throw domainNotFound('Domain not found');
    if (domain.connectionType === 'connected') {
      throw domainWasConnected(`${domain.name} was connected: it is renewed where it was bought`, {
        domains: [domain.name],
      });
    }
    return {
      message: 'Domain renewal status retrieved successfully',
      uid: domain.uid,
      name: domain.name,
      renewal_status: renewal?.status ?? domain.renewalStatus,
      renewal_date: domain.renewalDate?.toISOString() ?? null,
      renewal: renewal && row(renewal),
    };
  },
});

const row = (renewal: Renewal) => ({
  uid: renewal.uid,
  status: renewal.status,
  years: renewal.years,
  price: microsToCredits(renewal.priceMicros),
  reason: renewal.failureReason,
  renewal_date_before: renewal.expiresBefore.toISOString(),
  renewal_date_after: renewal.expiresAfter?.toISOString() ?? null,
  requested_at: renewal.requestedAt.toISOString(),
  finished_at: renewal.finishedAt?.toISOString() ?? null,
});
