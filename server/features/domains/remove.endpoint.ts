// POST /domains/remove: takes domains out of the workspace, with everything on them.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import type { Domain } from './domain.ts';
import { domainBeingRegistered, domainHasMailboxes, domainNotFound } from './errors.ts';
import { beginRemoval } from './remove.workflow.ts';
import type { DomainMailboxes } from './schema.ts';
import { lockDomains, ofDomains } from './settings.ts';

const removed = z
  .object({ name: z.string(), uid: z.uuid(), previous_status: z.string(), new_status: z.string() })
  .meta({ id: 'RemovedDomain' });

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
    body: ofDomains({
      confirm_mailboxes: z
        .boolean()
        .default(false)
        .meta({ description: 'Needed to remove domains that have mailboxes: these are removed as well' }),
    }),
    response: z.object({
      result: z.object({
        updated: z.array(removed).meta({ description: 'Those that were being removed already' }),
        deleted: z.array(removed),
      }),
    }),
    errors: [domainNotFound, domainHasMailboxes, domainBeingRegistered],
    handle: ({ body, workspace, commit }, context) =>
      commit(async (tx) => {
        const domains = await lockDomains(tx, workspace.uid, body);
        const registering = domains.filter(
          ({ status }) => status === 'cart' || status === 'registration_in_progress',
        );
        if (registering.length > 0) {
          throw domainBeingRegistered(`${registering[0]!.name} is still being registered`, {
            domains: registering.map(({ name }) => name),
          });
        }
        const leaving = domains.filter(({ status }) => status === 'scheduled_for_deletion');
        const staying = domains.filter((domain) => !leaving.includes(domain));
        const held = await mailboxes.held(
          tx,
          staying.map(({ uid }) => uid),
        );
        if (held.size > 0 && !body.confirm_mailboxes) {
          const inUse = staying.filter(({ uid }) => held.has(uid));
          throw domainHasMailboxes(
            `${inUse[0]!.name} has ${held.get(inUse[0]!.uid)!.count} mailbox(es): send confirm_mailboxes: true to remove them too`,
            { domains: inUse.map(({ uid, name }) => ({ domain: name, mailboxes: held.get(uid)!.count })) },
          );
        }
        for (const domain of domains) await beginRemoval(tx, context, mailboxes, domain, context.clock.now());
        return {
          message: 'Domains scheduled for deletion',
          result: { updated: leaving.map(rowOf), deleted: staying.map(rowOf) },
        };
      }),
  });

const rowOf = ({ name, uid, status }: Domain) => ({
  name,
  uid,
  previous_status: status,
  new_status: 'deleted',
});
