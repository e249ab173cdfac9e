// The one way in which a caller's request changes a zone: read under its lock, checked as a whole, written as a
// version, and published by a workflow that is asked for in the same transaction.

import type { Tx } from '../../../database/database.ts';
import { type Actor, actorOf } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { assertNoConflicts, assertZoneSize } from './conflicts.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { publish, publishId } from './publish.workflow.ts';
import { changesRow, recordRow } from './schema.ts';
import { recordsOf, type Which, zoneLock, zoneOfWorkspace } from './store.ts';
import { type By, type RecordChange, writeVersion } from './version.ts';
import type { NewRecord, Zone, ZoneRecord } from './zone.ts';

export type Edited = {
  zone: Zone;
  version: number;
  records: ZoneRecord[];
  changes: RecordChange[];
  warnings: ReturnType<typeof assertNoConflicts>;
};

/** The caller's zone, locked. @throws ApiError dns_records_not_found */
export const lockZone = async (tx: Tx, workspaceUid: string, which: Which): Promise<Zone> => {
  const found = await zoneOfWorkspace(tx, workspaceUid, which);
  const zone = found && (await zoneLock(tx, found.domainUid));
  if (!zone) throw dnsRecordsNotFound('Domain or DNS records not found');
  return zone;
};

/** Who acts in a request. */
export const byCaller = ({ caller, requestId }: { caller: Actor; requestId: string }, reason: string): By => {
  const { type, id } = actorOf(caller);
  return { actorType: type, actorId: id, cause: `request:${requestId}`, reason };
};

/**
 * Changes a zone to what `change` makes of its records.
 *
 * @throws ApiError dns_records_not_found, dns_conflict, zone_too_large, and what `change` throws
 */
export const editZone = async (
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  { workspaceUid, which, by }: { workspaceUid: string; which: Which; by: By },
  change: (
    zone: Zone,
    current: ZoneRecord[],
    now: Date,
  ) => Promise<ZoneRecord[] | { next: ZoneRecord[]; managed?: NewRecord[] }>,
): Promise<Edited> => {
  const zone = await lockZone(tx, workspaceUid, which);
  const current = await recordsOf(tx, zone.domainUid);
  const now = clock.now();
  const wanted = await change(zone, current, now);
  const { next, managed } = Array.isArray(wanted) ? { next: wanted, managed: undefined } : wanted;
  if (next.length > current.length) assertZoneSize(zone.name, next.length);
  const warnings = assertNoConflicts(zone, current, next);
  const { version, changes, records } = await writeVersion(tx, zone, { current, next, managed }, by, now);
  if (changes.length > 0) {
    await workflows.start(tx, publish, publishId(zone.domainUid, version), { domainUid: zone.domainUid });
  }
  return { zone, version, records, changes, warnings };
};

/** The answer to it. */
export const editedAnswer = ({ zone, version, records, changes, warnings }: Edited) => ({
  dns_record: {
    uid: zone.domainUid,
    domain: zone.name,
    version,
    records: records.map((record) => recordRow(zone, record)),
  },
  changes: changesRow(changes),
  warnings,
});
