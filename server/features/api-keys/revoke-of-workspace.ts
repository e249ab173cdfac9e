// Revoking the keys of a workspace that is being taken apart.
import { inTransaction } from '../../../database/database.ts';
import { apiKeyRevoke, apiKeysOfWorkspaceLock } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { keyEvent } from './events.ts';

/** Those that are good for this workspace alone; a key that reaches others too goes on reaching them. */
export const revokeKeysOf = (
  { db, clock }: Pick<FeatureContext, 'db' | 'clock'>,
  { teamUid, uid }: { teamUid: string; uid: string },
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    for (const key of await apiKeysOfWorkspaceLock(tx, teamUid, uid)) {
      await apiKeyRevoke(tx, key.uid, now);
      await recordEvents(tx, [keyEvent('revoked', key, now, { workspace_deleted: uid })]);
    }
  });
