// POST /cloudflare-domains/disconnect: takes domains out of the workspace; their zones stay, less our records.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import {
  confirmMailboxes,
  type DomainMailboxes,
  domainNotFound,
  lockDomains,
  ofDomains,
  removalAnswer,
  removalErrors,
  removeDomainsLocked,
} from '../domains/index.ts';
import { isOurs } from './schema.ts';

export const disconnectDomains = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'cloudflare-domains.disconnect',
    summary: 'Disconnect Cloudflare domains',
    description:
      'Removes all of the named domains or none, with their mailboxes. Our records are taken out of their zones; whatever ' +
      'the owner keeps there stays as it is. Where the credential no longer works, our records are left behind, which the ' +
      'event `domain.records_left_behind` tells. The credential stays stored until it is forgotten.',
    method: 'POST',
    path: '/cloudflare-domains/disconnect',
    scope: 'workspace',
    keepsToDomains: ['uids', 'domain', 'domains'],
    reachesOutside: true,
    body: ofDomains({ confirm_mailboxes: confirmMailboxes }),
    response: z.object({ disconnected_count: z.int(), ...removalAnswer }),
    errors: [domainNotFound, ...removalErrors],
    handle: ({ body, workspace, commit }, context) =>
      commit(async (tx) => {
        const domains = await lockDomains(tx, workspace.uid, body);
        const others = domains.filter((domain) => !isOurs(domain));
        if (others.length > 0) {
          const missing = others.map(({ uid, name }) => (body.uids?.includes(uid) ? uid : name));
          throw domainNotFound('Domain not found', { domains: missing });
        }
        const result = await removeDomainsLocked(tx, context, mailboxes, domains, body.confirm_mailboxes);
        return {
          message: 'Cloudflare domains disconnected',
          disconnected_count: result.deleted.length,
          result,
        };
      }),
  });
