// GET /domains/banned?domain=: whether a name is banned here, before anybody makes plans with it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { internationalizedName, invalidDomainName } from './errors.ts';
import { registrableName } from './names.ts';

export const domainBannedCheck = defineEndpoint<FeatureContext>()({
  operation: 'domains.banned',
  summary: 'Check if domain is banned',
  description:
    'A banned name can be neither bought nor connected, whether its top-level domain is sold or not.',
  method: 'GET',
  path: '/domains/banned',
  aliases: [{ method: 'GET', path: '/domains/banned/{domain}' }],
  scope: 'team',
  query: z.strictObject({ domain: z.string().min(1).max(260) }),
  response: z.object({ domain: z.string(), banned: z.boolean() }),
  errors: [internationalizedName, invalidDomainName],
  async handle({ query }, { providers }) {
    const name = registrableName(query.domain);
    const [quote] = await providers.registrar({ domain: name }).quote([name]);
    const banned = quote?.unavailableReason === 'banned';
    return { message: banned ? 'Domain is banned' : 'Domain is not banned', domain: name, banned };
  },
});
