// Every statement on dns_zone, dns_record and dns_version.
import type { Db, Tx } from '../../../database/database.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';
import type { Version } from './version.ts';
import type { DkimRotation, NewRecord, Zone, ZoneRecord } from './zone.ts';

/** Answers the zone of the domain, making it when there is none; locked until the transaction ends. */
export const zoneEnsure = async (
  tx: Tx,
  zone: { domainUid: string; workspaceUid: string; name: string },
  now: Date,
): Promise<Zone> => {
  await tx
    .insertInto('dns_zone')
    .values({
      domain_uid: zone.domainUid,
      workspace_uid: zone.workspaceUid,
      name: zone.name,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('domain_uid').doNothing())
    .execute();
  return (await zoneLock(tx, zone.domainUid))!;
};

const zones = (db: Db) =>
  db
    .selectFrom('dns_zone')
    .select([
      'domain_uid as domainUid',
      'workspace_uid as workspaceUid',
      'name',
      'version',
      'published_version as publishedVersion',
      'published_at as publishedAt',
      'publish_error as publishError',
      'updated_at as updatedAt',
      'managed',
      'dkim_rotation as dkimRotation',
      'owners_records as owners',
    ])
    .$narrowType<{
      managed: NewRecord[];
      dkimRotation: DkimRotation | null;
      owners: HostedRecord[] | null;
    }>();

export const zoneByDomain = (db: Db, domainUid: string): Promise<Zone | undefined> =>
  zones(db).where('domain_uid', '=', domainUid).executeTakeFirst();

/** The zone, locked until the transaction ends: its records change under this lock only. */
export const zoneLock = (tx: Tx, domainUid: string): Promise<Zone | undefined> =>
  zones(tx).where('domain_uid', '=', domainUid).forUpdate().executeTakeFirst();

/** A domain as a caller names it. */
export type Which = { domainUid: string } | { name: string };

export const zoneOfWorkspace = (db: Db, workspaceUid: string, which: Which): Promise<Zone | undefined> => {
  const own = zones(db).where('workspace_uid', '=', workspaceUid);
  return (
    'name' in which ? own.where('name', '=', which.name) : own.where('domain_uid', '=', which.domainUid)
  ).executeTakeFirst();
};

/** The zones of a workspace among these; none for a name or uid it does not have. */
export const zonesOfWorkspace = async (
  db: Db,
  workspaceUid: string,
  { names, uids }: { names: string[]; uids: string[] },
): Promise<Zone[]> => {
  if (names.length + uids.length === 0) return [];
  return zones(db)
    .where('workspace_uid', '=', workspaceUid)
    .where((eb) =>
      eb.or([
        ...(names.length > 0 ? [eb('name', 'in', names)] : []),
        ...(uids.length > 0 ? [eb('domain_uid', 'in', uids)] : []),
      ]),
    )
    .execute();
};

/** Notes that the DNS host has taken everything up to this version. */
export const zoneSetPublished = async (
  db: Db,
  domainUid: string,
  version: number,
  at: Date,
): Promise<void> => {
  await db
    .updateTable('dns_zone')
    .set((eb) => ({
      published_version: eb.fn<number>('greatest', ['published_version', eb.val(version)]),
      published_at: at,
      publish_error: null,
    }))
    .where('domain_uid', '=', domainUid)
    .execute();
};

export const zoneSetPublishError = async (tx: Tx, domainUid: string, message: string): Promise<void> => {
  await tx
    .updateTable('dns_zone')
    .set({ publish_error: message })
    .where('domain_uid', '=', domainUid)
    .execute();
};

export const zoneSetVersion = async (
  tx: Tx,
  domainUid: string,
  { version, managed }: { version: number; managed: NewRecord[] },
  now: Date,
): Promise<void> => {
  await tx
    .updateTable('dns_zone')
    .set({ version, managed: JSON.stringify(managed), updated_at: now })
    .where('domain_uid', '=', domainUid)
    .execute();
};

export const zoneSetRotation = async (
  tx: Tx,
  domainUid: string,
  rotation: DkimRotation | null,
): Promise<void> => {
  await tx
    .updateTable('dns_zone')
    .set({ dkim_rotation: rotation && JSON.stringify(rotation) })
    .where('domain_uid', '=', domainUid)
    .execute();
};

export const zoneSetOwners = async (
  db: Db,
  domainUid: string,
  owners: HostedRecord[] | null,
): Promise<void> => {
  await db
    .updateTable('dns_zone')
    .set({ owners_records: owners && JSON.stringify(owners) })
    .where('domain_uid', '=', domainUid)
    .execute();
};

/** With its records and its history. */
export const zoneDelete = async (tx: Tx, domainUid: string): Promise<void> => {
  await tx.deleteFrom('dns_zone').where('domain_uid', '=', domainUid).execute();
};

export const recordsOf = async (db: Db, domainUid: string): Promise<ZoneRecord[]> =>
  (await recordsOfAll(db, [domainUid])).get(domainUid) ?? [];

/** The records of several zones, each zone's oldest first. */
export const recordsOfAll = async (db: Db, domainUids: string[]): Promise<Map<string, ZoneRecord[]>> => {
  if (domainUids.length === 0) return new Map();
  const rows = await db
    .selectFrom('dns_record')
    .select(['uid', 'domain_uid', 'host', 'type', 'value', 'priority', 'ttl_s as ttlS', 'purpose'])
    .select(['edited_at as editedAt', 'created_at as createdAt', 'version'])
    .where('domain_uid', 'in', domainUids)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();
  const byZone = Map.groupBy(rows, ({ domain_uid }) => domain_uid);
  return new Map(
    [...byZone].map(([uid, records]) => [uid, records.map(({ domain_uid: _, ...record }) => record)]),
  );
};

export const recordsInsert = async (
  tx: Tx,
  domainUid: string,
  records: ZoneRecord[],
  now: Date,
): Promise<void> => {
  if (records.length === 0) return;
  await tx
    .insertInto('dns_record')
    .values(
      records.map((record) => ({
        uid: record.uid,
        domain_uid: domainUid,
        host: record.host,
        type: record.type,
        value: record.value,
        priority: record.priority,
        ttl_s: record.ttlS,
        purpose: record.purpose,
        version: record.version,
        edited_at: record.editedAt,
        created_at: record.createdAt,
        updated_at: now,
      })),
    )
    .execute();
};

export const recordsDelete = async (tx: Tx, uids: string[]): Promise<void> => {
  if (uids.length === 0) return;
  await tx.deleteFrom('dns_record').where('uid', 'in', uids).execute();
};

export const versionInsert = async (tx: Tx, domainUid: string, version: Version): Promise<void> => {
  await tx
    .insertInto('dns_version')
    .values({
      domain_uid: domainUid,
      version: version.version,
      created_at: version.createdAt,
      actor_type: version.by.actorType,
      actor_id: version.by.actorId,
      cause: version.by.cause,
      reason: version.by.reason,
      changes: JSON.stringify(version.changes),
      records: JSON.stringify(version.records),
    })
    .execute();
};

const versions = (db: Db, domainUid: string) =>
  db.selectFrom('dns_version').where('domain_uid', '=', domainUid);

const versionColumns = [
  'version',
  'created_at as createdAt',
  'actor_type as actorType',
  'actor_id as actorId',
  'cause',
  'reason',
  'changes',
] as const;

/** Versions newest first, without the records after each. */
export const versionPage = (
  db: Db,
  domainUid: string,
  { limit, offset }: { limit: number; offset: number },
) =>
  versions(db, domainUid)
    .select(versionColumns)
    .orderBy('version', 'desc')
    .limit(limit)
    .offset(offset)
    .$narrowType<{ changes: Version['changes'] }>()
    .execute();

/** The zone's records after a version; null when there was none. */
export const recordsOfVersion = async (
  db: Db,
  domainUid: string,
  version: number,
): Promise<Version['records'] | null> => {
  const row = await versions(db, domainUid)
    .select('records')
    .where('version', '=', version)
    .$narrowType<{ records: Version['records'] }>()
    .executeTakeFirst();
  return row?.records ?? null;
};
