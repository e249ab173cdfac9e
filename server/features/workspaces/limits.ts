// How much a workspace may hold. What it may spend in a day or a month are the spend caps of billing.
import type { Db } from '../../../database/database.ts';
import { workspaceLimitReached } from './errors.ts';
import { limitsLock, workspaceLimits } from './store.ts';

/** Null: no limit. */
export type WorkspaceLimits = { maxDomains: number | null; maxMailboxes: number | null };

const kinds = {
  domains: { limit: 'maxDomains', name: 'max_domains' },
  mailboxes: { limit: 'maxMailboxes', name: 'max_mailboxes' },
} as const;

/**
 * Refuses what would take a workspace past its limit. In a transaction, others that add to the workspace wait until it
 * ends, so that two of them cannot pass the limit together.
 *
 * @param count how many it holds; only asked when there is a limit
 * @throws {ApiError} `workspace_limit_reached`, which names the limit
 */
export const assertWorkspaceRoom = async (
  db: Db,
  workspaceUid: string,
  kind: keyof typeof kinds,
  adding: number,
  count: () => Promise<number>,
): Promise<void> => {
  const { limit, name } = kinds[kind];
  if (adding === 0 || (await workspaceLimits(db, workspaceUid))?.[limit] == null) return;
  if (db.isTransaction) await limitsLock(db, workspaceUid);
  const maximum = (await workspaceLimits(db, workspaceUid))?.[limit];
  if (maximum == null) return;
  const current = await count();
  if (current + adding <= maximum) return;
  throw workspaceLimitReached(
    `The workspace may hold ${maximum} ${kind} (${name}) and has ${current}; this would add ${adding}`,
    { limit: name, maximum, current, requested: adding },
  );
};
