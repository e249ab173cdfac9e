// Removes entries whose time is over. What is left still proves itself: a checkpoint keeps the last hash that was removed,
// and an entry in the chain attests it.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { PRUNED } from '../../../protocols/audit-chain.ts';
import { recordOwnDeed } from './record.ts';
import { checkpointInsert, entriesDelete, oldPlaces } from './store.ts';

/** Of each team; the rest is removed the next time. */
const AT_ONCE = 5_000;

/** @param keepMs null: for ever */
export const pruneEntries = async (
  { db, clock }: { db: Db; clock: Clock },
  keepMs: number | null,
): Promise<void> => {
  if (keepMs === null) return;
  const now = clock.now();
  for (const { teamUid, place } of await oldPlaces(db, new Date(now.getTime() - keepMs), AT_ONCE)) {
    await inTransaction(db, async (tx) => {
      await checkpointInsert(tx, teamUid, place, now);
      await entriesDelete(tx, teamUid, place.position);
      await recordOwnDeed(tx, {
        teamUid,
        workspaceUid: null,
        occurredAt: now,
        operation: PRUNED,
        input: place,
      });
    });
  }
};
