// Every statement on dns_zone and dns_record.
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { NewRecord, Zone, ZoneRecord } from './zone.ts';

/** Answers the zone of the domain, making it when there is none; locked until the transaction ends. */
export const zoneEnsure = async (
  tx: Tx,
  zone: { domainUid: string; workspaceUid: string; name: string },
  now: Date,
): Promise<void> => {
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
  await tx
    .selectFrom('dns_zone')
    .select('domain_uid')
    .where('domain_uid', '=', zone.domainUid)
    .forUpdate()
    .executeTakeFirstOrThrow();
};

const zones = (db: Db) =>
  db
    .selectFrom('dns_zone')
    .select([
      'domain_uid as domainUid',
      'workspace_uid as workspaceUid',
      'name',
      'published_at as publishedAt',
    ]);

export const zoneByDomain = (db: Db, domainUid: string): Promise<Zone | undefined> =>
  zones(db).where('domain_uid', '=', domainUid).executeTakeFirst();

export const zoneOfWorkspace = (
  db: Db,
  workspaceUid: string,
  which: { domainUid: string } | { name: string },
): Promise<Zone | undefined> => {
  const own = zones(db).where('workspace_uid', '=', workspaceUid);
  return (
    'name' in which ? own.where('name', '=', which.name) : own.where('domain_uid', '=', which.domainUid)
  ).executeTakeFirst();
};

export const zoneSetPublished = async (db: Db, domainUid: string, at: Date): Promise<void> => {
  await db.updateTable('dns_zone').set({ published_at: at }).where('domain_uid', '=', domainUid).execute();
};

export const recordsOf = (db: Db, domainUid: string): Promise<ZoneRecord[]> =>
  db
    .selectFrom('dns_record')
    .select(['uid', 'host', 'type', 'value', 'priority', 'ttl_s as ttlS', 'purpose'])
    .where('domain_uid', '=', domainUid)
    .orderBy('created_at')
    .orderBy('uid')
    .execute();

export const recordsInsert = async (
  tx: Tx,
  domainUid: string,
  records: NewRecord[],
  now: Date,
): Promise<void> => {
  if (records.length === 0) return;
  await tx
    .insertInto('dns_record')
    .values(
      records.map((record) => ({
        uid: newId(),
        domain_uid: domainUid,
        host: record.host,
        type: record.type,
        value: record.value,
        priority: record.priority,
        ttl_s: record.ttlS,
        purpose: record.purpose,
        created_at: now,
        updated_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

export const recordsDelete = async (tx: Tx, uids: string[]): Promise<void> => {
  if (uids.length === 0) return;
  await tx.deleteFrom('dns_record').where('uid', 'in', uids).execute();
};
