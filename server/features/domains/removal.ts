// Taking domains out of a workspace, by whichever operation: all of those named or none, with everything on them.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import type { FeatureContext } from '../context.ts';
import type { Domain } from './domain.ts';
import { domainBeingRegistered, domainHasMailboxes } from './errors.ts';
import { beginRemoval } from './remove.workflow.ts';
import type { DomainMailboxes } from './schema.ts';

const removed = z
  .object({ name: z.string(), uid: z.uuid(), previous_status: z.string(), new_status: z.string() })
  .meta({ id: 'RemovedDomain' });

export const removalAnswer = {
  result: z.object({
    updated: z.array(removed).meta({ description: 'Those that were being removed already' }),
    deleted: z.array(removed),
  }),
};

export const confirmMailboxes = z
  .boolean()
  .default(false)
  .meta({ description: 'Needed to remove domains that have mailboxes: these are removed as well' });

export const removalErrors = [domainHasMailboxes, domainBeingRegistered];

/**
 * Begins to remove domains that are locked.
 *
 * @throws ApiError domain_being_registered, domain_has_mailboxes
 */
export const removeAll = async (
  tx: Tx,
  context: Pick<FeatureContext, 'clock' | 'workflows'>,
  mailboxes: DomainMailboxes,
  domains: Domain[],
  confirmed: boolean,
): Promise<z.input<(typeof removalAnswer)['result']>> => {
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
  if (held.size > 0 && !confirmed) {
    const inUse = staying.filter(({ uid }) => held.has(uid));
    throw domainHasMailboxes(
      `${inUse[0]!.name} has ${held.get(inUse[0]!.uid)!.count} mailbox(es): send confirm_mailboxes: true to remove them too`,
      { domains: inUse.map(({ uid, name }) => ({ domain: name, mailboxes: held.get(uid)!.count })) },
    );
  }
  for (const domain of domains) await beginRemoval(tx, context, mailboxes, domain, context.clock.now());
  return { updated: leaving.map(rowOf), deleted: staying.map(rowOf) };
};

const rowOf = ({ name, uid, status }: Domain) => ({
  name,
  uid,
  previous_status: status,
  new_status: 'deleted',
});
