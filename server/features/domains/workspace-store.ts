// The statements on domain behind the removal of all that a workspace has.
import type { Db, Tx } from '../../../database/database.ts';
import { type Domain, goneStatuses } from './domain.ts';
import { domainFromRow } from './store.ts';

/** Domains of a workspace whose removal can begin; `again`: also those whose removal failed. */
export const removableDomainsLock = async (
  tx: Tx,
  workspaceUid: string,
  { again, limit }: { again: boolean; limit: number },
): Promise<Domain[]> => {
  const rows = await tx
    .selectFrom('domain')
    .selectAll()
    .where('workspace_uid', '=', workspaceUid)
    .where('status', 'not in', [...goneStatuses, 'cart', 'registration_in_progress'])
    .where((where) =>
      where.or([
        where('status', '<>', 'scheduled_for_deletion'),
        ...(again ? [where('status_reason', 'is not', null)] : []),
      ]),
    )
    .orderBy('uid')
    .limit(limit)
    .forUpdate()
    .execute();
  return rows.map(domainFromRow);
};

/** Domains of a workspace that are not gone, and why the removal of one failed. */
export const domainsOfWorkspaceLeft = async (
  db: Db,
  workspaceUid: string,
): Promise<{ name: string; problem: string | null }[]> => {
  const rows = await db
    .selectFrom('domain')
    .select(['name', 'status', 'status_reason'])
    .where('workspace_uid', '=', workspaceUid)
    .where('status', 'not in', [...goneStatuses])
    .orderBy('uid')
    .execute();
  return rows.map(({ name, status, status_reason }) => ({
    name,
    problem: status === 'scheduled_for_deletion' ? status_reason : null,
  }));
};
