// Removing every domain of a workspace, with its mailboxes, for whoever takes the workspace apart.
import { inTransaction } from '../../../database/database.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { FeatureContext } from '../context.ts';
import { beginRemoval } from './remove.workflow.ts';
import type { DomainMailboxes } from './schema.ts';
import { domainsOfWorkspaceLeft, removableDomainsLock } from './workspace-store.ts';

const AT_ONCE = 100;

/**
 * Begins the removals that were not begun yet; a name that is still being registered is left until it is known what
 * became of it. Answers how many domains are not gone yet.
 *
 * @param again whether those whose removal failed are tried once more; else they end it
 * @throws {ProviderFailure} `rejected` when a removal failed
 */
export const removeDomainsOf = async (
  context: FeatureContext,
  mailboxes: DomainMailboxes,
  workspaceUid: string,
  { again }: { again: boolean },
): Promise<number> => {
  const { db, clock } = context;
  const begin = () =>
    inTransaction(db, async (tx) => {
      const domains = await removableDomainsLock(tx, workspaceUid, { again, limit: AT_ONCE });
      for (const domain of domains) await beginRemoval(tx, context, mailboxes, domain, clock.now());
      return domains.length;
    });
  while ((await begin()) === AT_ONCE);
  const left = await domainsOfWorkspaceLeft(db, workspaceUid);
  const stuck = again ? undefined : left.find(({ problem }) => problem !== null);
  if (stuck) throw rejected(`${stuck.name}: ${stuck.problem}`, 'domain_not_removed');
  return left.length;
};
