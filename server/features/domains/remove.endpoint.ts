// POST /domains/remove: takes domains out of the workspace, with everything on them.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { domainNotFound } from './errors.ts';
import { confirmMailboxes, removalAnswer, removalErrors, removeAll } from './removal.ts';
import type { DomainMailboxes } from './schema.ts';
import { lockDomains, ofDomains } from './settings.ts';

export const removeDomains = (mailboxes: DomainMailboxes) =>
  defineEndpoint<FeatureContext>()({
    operation: 'domains.remove',
    summary: 'Remove domains',
    description:
      'Removes all of the named domains or none, for good and without a refund: their mailboxes with the mail in them, ' +
      'their DNS and their forwarding. Each is `scheduled_for_deletion` until that is done, usually a few seconds, and ' +
      '`deleted` after it. The name stays with its registrar; it can be connected again with ' +
      '`POST /domains/nameservers`, and begins with nothing then.',
    method: 'POST',
    path: '/domains/remove',
    scope: 'workspace',
    keepsToDomains: ['uids', 'domain', 'domains'],
    body: ofDomains({
      confirm_mailboxes: confirmMailboxes,
    }),
    response: z.object(removalAnswer),
    errors: [domainNotFound, ...removalErrors],
    handle: ({ body, workspace, commit }, context) =>
      commit(async (tx) => {
        const domains = await lockDomains(tx, workspace.uid, body);
        return {
          message: 'Domains scheduled for deletion',
          result: await removeAll(tx, context, mailboxes, domains, body.confirm_mailboxes),
        };
      }),
  });
