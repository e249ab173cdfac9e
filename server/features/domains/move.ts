// Moving a domain from status to status: the row and its event change in one transaction.
import type { Tx } from '../../../database/database.ts';
import { recordEvents } from '../events/index.ts';
import { type Domain, type DomainStatus, mayMove } from './domain.ts';
import { type DomainChange, domainLock, domainUpdate } from './store.ts';

/**
 * Moves the domain and records `domain.status_changed`. Moving it to where it is only updates the rest, so a
 * repeated workflow step leaves one event. Answers the domain as it was before.
 *
 * @throws Error for a move the state table does not allow: a programming error, never a customer's.
 */
export const moveDomain = async (
  tx: Tx,
  uid: string,
  status: DomainStatus,
  now: Date,
  change: Omit<DomainChange, 'status' | 'statusSince'> = {},
): Promise<Domain> => {
  const before = await domainLock(tx, uid);
  if (!before) throw new Error(`domain ${uid} does not exist`);
  if (before.status === status) {
    await domainUpdate(tx, uid, change, now);
    return before;
  }
  if (!mayMove(before, status)) {
    throw new Error(`${before.connectionType} domain ${uid} cannot move from ${before.status} to ${status}`);
  }
  await domainUpdate(tx, uid, { statusReason: null, ...change, status, statusSince: now }, now);
  await recordEvents(tx, [
    {
      teamUid: before.teamUid,
      workspaceUid: before.workspaceUid,
      type: 'domain.status_changed',
      subjectType: 'domain',
      subjectUid: uid,
      data: {
        name: before.name,
        status,
        previous_status: before.status,
        reason: change.statusReason ?? null,
        seconds_in_previous_status: (now.getTime() - before.statusSince.getTime()) / 1000,
      },
      occurredAt: now,
    },
  ]);
  return before;
};
