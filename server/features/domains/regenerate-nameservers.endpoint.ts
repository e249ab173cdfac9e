// POST /domains/nameservers/regenerate: the nameservers a connected domain is to have now.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { ApiError } from '../../http/errors.ts';
import type { FeatureContext } from '../context.ts';
import { awaitDelegation } from './connect.workflow.ts';
import { isAwaited, nameserverNames, nameserversFor } from './connection.ts';
import { type Domain, isInAccount } from './domain.ts';
import {
  domainBeingRemoved,
  domainHeldElsewhere,
  domainNotFound,
  domainWasBought,
  wayToLook,
} from './errors.ts';
import { connectedAnswer, connectionRow, failedRow, refuseUnlessSome } from './schema.ts';
import { nameSought } from './settings.ts';
import { domainsLock, domainUpdate, liveDomainsByName } from './store.ts';

const name = z.string().trim().min(1).max(260);

export const regenerateNameservers = defineEndpoint<FeatureContext>()({
  operation: 'domains.regenerate-nameservers',
  summary: 'Regenerate nameservers',
  description:
    'Asks the DNS host anew which nameservers a connected domain is to have, after the installation or the choice of DNS ' +
    'host has changed. Where they differ from those before, the domain waits until its owner has set the new ones; where ' +
    'they are the same, nothing changes. A connection that expired is taken up again.',
  method: 'POST',
  path: '/domains/nameservers/regenerate',
  aliases: [{ method: 'POST', path: '/domains/regenerate-nameservers' }],
  scope: 'workspace',
  keepsToDomains: ['domain', 'domains'],
  body: z
    .strictObject({ domain: name.optional(), domains: z.array(name).min(1).max(100).optional() })
    .refine(({ domain, domains }) => (domain ?? domains) !== undefined, {
      error: 'domains is required',
      path: ['domains'],
    }),
  response: z.object(connectedAnswer),
  errors: [domainNotFound, domainWasBought, domainBeingRemoved, domainHeldElsewhere],
  async handle({ body, workspace, commit }, context) {
    const names = [...new Set([body.domain ?? [], body.domains ?? []].flat().map(nameSought))];
    const wanted = new Map<string, string[]>();
    for (const wish of names) {
      const nameservers = await nameserversFor(context, { workspaceUid: workspace.uid, name: wish });
      wanted.set(wish, nameserverNames(nameservers));
    }
    return commit(async (tx) => {
      const held = await domainsLock(tx, workspace.uid, { uids: [], names });
      const result = [];
      const refusals: ApiError[] = [];
      for (const [wish, nameservers] of wanted) {
        const domain = held.find((candidate) => candidate.name === wish);
        const refusal = await whyNot(tx, wish, domain);
        if (refusal) {
          refusals.push(refusal);
          result.push(failedRow(wish, refusal));
        } else result.push(await regenerate(tx, context, domain!, nameservers));
      }
      refuseUnlessSome(refusals, result);
      return { message: 'Nameservers regenerated successfully', result };
    });
  },
});

const whyNot = async (tx: Tx, wish: string, domain: Domain | undefined): Promise<ApiError | null> => {
  if (!domain) return domainNotFound('Domain not found', { domains: [wish] });
  if (domain.connectionType === 'purchased') {
    return domainWasBought(
      `Domain not found: ${wish} was bought here, and its nameservers are right; ${wayToLook}`,
      {
        domain: wish,
      },
    );
  }
  if (domain.status === 'scheduled_for_deletion') {
    return domainBeingRemoved(`${wish} is being removed`, { domain: wish });
  }
  const others = domain.status === 'expired_propagation' ? await liveDomainsByName(tx, [wish]) : [];
  return others.length > 0 ? domainHeldElsewhere(`${wish} is held by somebody else`, { domain: wish }) : null;
};

const regenerate = async (tx: Tx, context: FeatureContext, domain: Domain, nameservers: string[]) => {
  if (isInAccount(domain)) {
    // They are its account's, and where its owner has the world sent already.
    await domainUpdate(tx, domain.uid, { nameservers }, context.clock.now());
    return connectionRow({ ...domain, nameservers }, { already_connected: true });
  }
  const same = domain.nameservers.toSorted().join() === nameservers.toSorted().join();
  const waits = isAwaited(domain) || domain.status === 'active' || domain.status === 'dns_setup_pending';
  if (same && waits) return connectionRow(domain, { already_connected: true });
  await awaitDelegation(tx, context, domain, nameservers, context.clock.now());
  return connectionRow(
    { ...domain, nameservers, status: 'waiting_for_dns_propagation' },
    { already_connected: true },
  );
};
