// Front door of accounts: teams, and the keys that act for them.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { getAccount, type ReadFunds } from './get.endpoint.ts';
import { teamByUid, teamExists, teamInsert } from './store.ts';

export type { ApiKey, KeyCheck, Team } from './account.ts';
export { type Keys, openKeys } from './keys.ts';
export {
  apiKeyByUid as findKey,
  apiKeyExists as hasKey,
  apiKeyLineage as keyLineage,
  apiKeyLock,
  apiKeyRevoke,
  apiKeySha256 as keySha256,
  apiKeysOfTeam,
  apiKeysOfWorkspaceLock,
  keyToSignWith,
  otherAdminKeys,
  teamByUid as findTeam,
  teamLock as lockTeam,
  teamSandbox as sandboxOfTeam,
} from './store.ts';
export type { ReadFunds };

export const accountEndpoints = (readFunds: ReadFunds) => [getAccount(readFunds)];

/** How people call the team. */
export const teamName = async (db: Db, uid: string): Promise<string> =>
  (await teamByUid(db, uid))?.name ?? 'Team';

/** Whether the installation has a team yet; the first start makes one. */
export const hasTeam = (db: Db): Promise<boolean> => teamExists(db);

/** Whether the team is a sandbox: nothing it does reaches outside, and none of its money is any. */
export const isSandbox = async (db: Db, uid: string): Promise<boolean> =>
  (await teamByUid(db, uid))?.sandboxOf != null;

export const createTeam = async (
  tx: Tx,
  team: { name: string; createdAt: Date; sandboxOf?: string },
): Promise<string> => {
  const uid = newId();
  await teamInsert(tx, { uid, sandboxOf: null, ...team });
  return uid;
};
