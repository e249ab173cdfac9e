// POST /dns/verify: whether the world sees what it should, asked where the world would ask.
import { z } from 'zod';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { examineZone } from './examine.ts';
import { failedHealth, type Health, healthOf, healthShape } from './health.ts';
import { forEachOf, ofSomeDomains, type ReadPlatforms, type Requested, readRequested } from './requested.ts';

export const verifyDomains = (readPlatforms: ReadPlatforms) =>
  defineEndpoint<FeatureContext>()({
    operation: 'dns.verify',
    summary: 'Verify DNS',
    description:
      'Asks the zone above, every authoritative nameserver and the configured resolvers. For each record: what is ' +
      'expected, what is published, who sees it, what to do in words, and when it is worth looking again. The ' +
      'published signing keys are held against the keys mail is really signed with. A name that is not the ' +
      "workspace's fails its own result and no other.",
    method: 'POST',
    path: '/dns/verify',
    scope: 'workspace',
    keepsToDomains: ['domain', 'domains', 'uid', 'uids'],
    writes: false,
    rateLimit: 'dns_check',
    body: ofSomeDomains,
    response: z.object({
      summary: z.object({
        total_requested: z.int(),
        total_verified: z.int(),
        total_failed: z.int(),
        healthy: z.int(),
        critical: z.int(),
        issues_found: z.int(),
        needs_repair: z.int(),
      }),
      results: z.array(healthShape),
    }),
    errors: [],
    async handle({ body, workspace }, context) {
      const requested = await readRequested(context.db, readPlatforms, workspace.uid, body);
      const results = await forEachOf(requested, (one) => verify(context, one));
      const count = (fits: (health: Health) => boolean) => results.filter(fits).length;
      return {
        message: 'DNS verification completed',
        summary: {
          total_requested: results.length,
          total_verified: count(({ status }) => status === 'verified'),
          total_failed: count(({ status }) => status === 'failed'),
          healthy: count(({ overall_health }) => overall_health === 'healthy'),
          critical: count(({ overall_health }) => overall_health === 'critical'),
          issues_found: results.reduce((sum, { issues }) => sum + issues, 0),
          needs_repair: count((health) => health.needs_repair),
        },
        results,
      };
    },
  });

const verify = async (context: FeatureContext, { asked, found }: Requested): Promise<Health> => {
  if (!found) return failedHealth(asked, 'Domain or DNS records not found');
  const { zone, records, platform } = found;
  try {
    return healthOf(await examineZone(context, zone, records, platform), platform);
  } catch (error) {
    if (error instanceof ProviderFailure) return failedHealth(zone.name, error.message);
    throw error;
  }
};
