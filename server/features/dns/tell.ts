// Events about a zone that a workflow tells: once, however often its step runs.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import { eventWithCause, recordEvents } from '../events/index.ts';
import { teamOfWorkspace } from '../workspaces/index.ts';
import { zoneLock } from './store.ts';

/** @param cause what the event came of; one of the same type with the same cause is not told again */
export const tellOnce = (
  { db, clock }: { db: Db; clock: Clock },
  domainUid: string,
  type: string,
  cause: string,
  data: Record<string, unknown>,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    // The lock also keeps two runs of one step apart.
    const zone = await zoneLock(tx, domainUid);
    if (!zone) return;
    if (await eventWithCause(tx, { subjectUid: domainUid, type, cause })) return;
    await recordEvents(tx, [
      {
        teamUid: await teamOfWorkspace(tx, zone.workspaceUid),
        workspaceUid: zone.workspaceUid,
        type,
        subjectType: 'domain',
        subjectUid: domainUid,
        data: { name: zone.name, version: zone.version, cause, ...data },
        occurredAt: clock.now(),
      },
    ]);
  });
