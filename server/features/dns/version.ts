// The history of a zone: every change is a version, and every version can be gone back to.
import type { Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { recordEvents } from '../events/index.ts';
import { teamOfWorkspace } from '../workspaces/index.ts';
import { recordsDelete, recordsInsert, versionInsert, zoneSetVersion } from './store.ts';
import { bareRecord, type NewRecord, sameRecord, type Zone, type ZoneRecord } from './zone.ts';

/** Who changed a zone, and why. */
export type By = {
  actorType: 'api_key' | 'person' | 'workflow';
  /** The id of the key or the person, or the workflow's name. */
  actorId: string;
  /** The request or the step of a workflow that asked for it, as the log knows it. */
  cause: string;
  /** For people, e.g. `records added`. */
  reason: string;
};

/** A record as versions keep it: everything but the version it came with. */
export type KeptRecord = NewRecord & { uid: string; editedAt: string | null; createdAt: string };

export type RecordChange = { before: KeptRecord | null; after: KeptRecord | null };

export type Version = {
  version: number;
  createdAt: Date;
  by: By;
  changes: RecordChange[];
  records: KeptRecord[];
};

/** A record that is new in the zone. */
export const freshRecord = (record: NewRecord, now: Date, editedAt: Date | null = null): ZoneRecord => ({
  ...bareRecord(record),
  uid: newId(),
  editedAt,
  createdAt: now,
  version: 0,
});

const kept = (record: ZoneRecord): KeptRecord => ({
  uid: record.uid,
  ...bareRecord(record),
  editedAt: record.editedAt?.toISOString() ?? null,
  createdAt: record.createdAt.toISOString(),
});

/** A kept record as a record of a zone again. */
export const revived = ({ editedAt, createdAt, ...record }: KeptRecord): ZoneRecord => ({
  ...record,
  editedAt: editedAt === null ? null : new Date(editedAt),
  createdAt: new Date(createdAt),
  version: 0,
});

const isUnchanged = (before: ZoneRecord, after: ZoneRecord): boolean =>
  sameRecord(before, after) && before.editedAt?.getTime() === after.editedAt?.getTime();

/** What turns `current` into `next`; records are the same when their uids are. */
export const changesBetween = (current: ZoneRecord[], next: ZoneRecord[]): RecordChange[] => {
  const before = new Map(current.map((record) => [record.uid, record]));
  const after = new Map(next.map((record) => [record.uid, record]));
  const removed = current.filter(({ uid }) => !after.has(uid));
  const others = next.filter((record) => {
    const old = before.get(record.uid);
    return old === undefined || !isUnchanged(old, record);
  });
  return [
    ...removed.map((record) => ({ before: kept(record), after: null })),
    ...others.map((record) => {
      const old = before.get(record.uid);
      return { before: old ? kept(old) : null, after: kept(record) };
    }),
  ];
};

/**
 * Makes the zone hold `next` instead of `current`, as a new version with its event; `managed` replaces what the
 * program wants it to hold. When nothing differs there is no new version. The zone must be locked.
 */
export const writeVersion = async (
  tx: Tx,
  zone: Zone,
  {
    current,
    next,
    managed = zone.managed,
  }: { current: ZoneRecord[]; next: ZoneRecord[]; managed?: NewRecord[] },
  by: By,
  now: Date,
): Promise<{ version: number; changes: RecordChange[]; records: ZoneRecord[] }> => {
  const changes = changesBetween(current, next);
  if (changes.length === 0) {
    await zoneSetVersion(tx, zone.domainUid, { version: zone.version, managed }, zone.updatedAt);
    return { version: zone.version, changes, records: current };
  }
  const version = zone.version + 1;
  const touched = new Set(changes.flatMap(({ after }) => after?.uid ?? []));
  const records = next.map((record) => (touched.has(record.uid) ? { ...record, version } : record));
  // First away, then in: two records that trade their values would otherwise meet in the unique key.
  await recordsDelete(
    tx,
    changes.flatMap(({ before }) => before?.uid ?? []),
  );
  await recordsInsert(
    tx,
    zone.domainUid,
    records.filter(({ uid }) => touched.has(uid)),
    now,
  );
  await zoneSetVersion(tx, zone.domainUid, { version, managed }, now);
  await versionInsert(tx, zone.domainUid, {
    version,
    createdAt: now,
    by,
    changes,
    records: records.map(kept),
  });
  await recordEvents(tx, [
    {
      teamUid: await teamOfWorkspace(tx, zone.workspaceUid),
      workspaceUid: zone.workspaceUid,
      type: 'dns.changed',
      subjectType: 'domain',
      subjectUid: zone.domainUid,
      data: {
        name: zone.name,
        version,
        reason: by.reason,
        actor: { type: by.actorType, id: by.actorId },
        added: changes.filter(({ before }) => before === null).length,
        changed: changes.filter(({ before, after }) => before !== null && after !== null).length,
        removed: changes.filter(({ after }) => after === null).length,
      },
      occurredAt: now,
    },
  ]);
  return { version, changes, records };
};
