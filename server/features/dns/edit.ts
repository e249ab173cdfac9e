// The one way in which a caller's request changes a zone: read under its lock, checked as a whole, written as a
// version, and published by a workflow that is asked for in the same transaction.

import type { Tx } from '../../../database/database.ts';
import type { RecordRule } from '../../../providers/contracts/dns-host.ts';
import { type Actor, actorOf } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { assertNoConflicts, assertZoneSize, type ZoneOfOwner } from './conflicts.ts';
import { dnsRecordsNotFound } from './errors.ts';
import { assertConfirmed } from './managed.ts';
import { hostOf } from './publish.ts';
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

export type EditTarget = {
  workspaceUid: string;
  which: Which;
  by: By;
  refuses?: RecordRule;
  /** Whether what the program keeps up may not be changed, since nobody said so. */
  unconfirmed?: boolean;
};

/** The caller's zone, locked. @throws ApiError dns_records_not_found */
export const lockZone = async (tx: Tx, workspaceUid: string, which: Which): Promise<Zone> => {
  const found = await zoneOfWorkspace(tx, workspaceUid, which);
  const zone = found && (await zoneLock(tx, found.domainUid));
  if (!zone) throw dnsRecordsNotFound('Domain or DNS records not found');
  return zone;
};

/** What the zone's DNS host takes; asked before the transaction, whose connection it does not have. */
export const recordRuleOf = async (
  { db, providers }: Pick<FeatureContext, 'db' | 'providers'>,
  workspaceUid: string,
  which: Which,
): Promise<RecordRule> => {
  const zone = await zoneOfWorkspace(db, workspaceUid, which);
  return zone ? hostOf(providers, zone).recordRule() : () => null;
};

/** Who acts in a request. */
export const byCaller = ({ caller, requestId }: { caller: Actor; requestId: string }, reason: string): By => {
  const { type, id } = actorOf(caller);
  return { actorType: type, actorId: id, cause: `request:${requestId}`, reason };
};

/**
 * Changes a zone to what `change` makes of its records.
 *
 * @throws ApiError dns_records_not_found, dns_conflict, zone_too_large, managed_record, and what `change` throws
 */
export const editZone = async (
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  { workspaceUid, which, by, refuses, unconfirmed = false }: EditTarget,
  change: (
    zone: Zone & ZoneOfOwner,
    current: ZoneRecord[],
    now: Date,
  ) => Promise<ZoneRecord[] | { next: ZoneRecord[]; managed?: NewRecord[] }>,
): Promise<Edited> => {
  const zone = { ...(await lockZone(tx, workspaceUid, which)), refuses };
  const current = await recordsOf(tx, zone.domainUid);
  const now = clock.now();
  const wanted = await change(zone, current, now);
  const { next, managed } = Array.isArray(wanted) ? { next: wanted, managed: undefined } : wanted;
  if (next.length > current.length) assertZoneSize(zone.name, next.length);
  const warnings = assertNoConflicts(zone, current, next);
  // After the rules: no word of the owner's lets a change pass that breaks one.
  if (unconfirmed) assertConfirmed(zone.name, current, next);
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
