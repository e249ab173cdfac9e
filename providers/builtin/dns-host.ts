// The built-in DNS host: writes zones into the schema `published`, from which the DNS plane answers.
import type { Insertable, Selectable } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Schema, Tx } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';
import { isName, toAbsolute, toName } from '../../protocols/dns/names.ts';
import { formatRdata, parseRdata } from '../../protocols/dns/presentation.ts';
import { findZoneConflicts } from '../../protocols/dns/zone-conflicts.ts';
import type { DnsHost, HostedRecord, Nameserver } from '../contracts/dns-host.ts';
import { conflict, rejected, transient } from '../contracts/failure.ts';
import { change, read } from './database-failure.ts';

export type DnsHostSettings = {
  /** The nameservers of every zone, the primary one first; the installation's own DNS plane answers for them. */
  nameservers: Nameserver[];
  /** Mailbox of the person responsible in SOA form, e.g. `hostmaster.example.net` (RFC 1035 §3.3.13). */
  hostmaster: string;
  /** TTL of the apex NS records in seconds. */
  nameserverTtlS: number;
};

type Dependencies = { db: Db; clock: Clock; settings: DnsHostSettings };
type Row = Selectable<Schema['published.record']>;
type NewRow = Insertable<Schema['published.record']>;

export const createDnsHost = ({ db, clock, settings }: Dependencies): DnsHost => ({
  nameservers: async () => settings.nameservers,

  putZone: async ({ name, records }) => {
    const zone = checkedZone(name);
    const wanted = checkedRecords(zone, records);
    return change(db, async (tx) => ({ serial: await putZone(tx, zone, wanted, settings, clock.now()) }));
  },

  readZone: (name) =>
    read(async () => {
      // One statement, so that serial and records are of the same moment.
      const rows = await db
        .selectFrom('published.zone as zone')
        .leftJoin('published.record as record', 'record.zone', 'zone.name')
        .select(['zone.serial', 'record.id', 'record.name', 'record.type', 'record.ttl_s', 'record.data'])
        .where('zone.name', '=', name)
        .orderBy('record.name')
        .orderBy('record.type')
        .orderBy('record.data')
        .execute();
      const first = rows[0];
      if (!first) return null;
      const records = rows.flatMap((row) =>
        row.id === null || isOwn(name, { name: row.name!, type: row.type! })
          ? []
          : [{ id: row.id, name: row.name!, type: row.type!, ttlS: row.ttl_s!, data: row.data! }],
      );
      return { name, serial: first.serial, records };
    }),

  removeZone: async (name) => {
    await change(db, (tx) => tx.deleteFrom('published.zone').where('name', '=', name).execute());
  },

  recordRule: async () => () => null,
  ownersRecords: async () => [],
  seenDelegation: async () => null,
});

/** The NS records of the apex are the host's; those below it delegate and are the customer's. */
const isOwn = (zone: string, record: { name: string; type: string }): boolean =>
  record.type === 'NS' && record.name === zone;

const checkedZone = (name: string): string => {
  const canonical = isName(name) && toName(name) === name;
  if (!canonical || !name.includes('.') || name.startsWith('*')) {
    throw rejected(`${name} is not the name of a zone.`, 'invalid_zone');
  }
  return name;
};

/** The records in canonical spelling, or the first reason why no zone may hold them. */
const checkedRecords = (zone: string, records: HostedRecord[]): HostedRecord[] => {
  const wrong = findZoneConflicts(zone, records).find((found) => found.severity === 'error');
  if (wrong) throw rejected(`${wrong.message} (${wrong.rule}).`, wrong.code);
  return records.map((record) => {
    const type = record.type.toUpperCase();
    const data = formatRdata(parseRdata(type, record.data));
    const checked = { ...record, name: toName(record.name), type, data };
    if (isOwn(zone, checked)) {
      throw rejected(`The nameservers of ${zone} are kept by the DNS host itself.`, 'reserved_record');
    }
    return checked;
  });
};

const putZone = async (
  tx: Tx,
  zone: string,
  wanted: HostedRecord[],
  settings: DnsHostSettings,
  now: Date,
): Promise<number> => {
  const header = { primary_ns: settings.nameservers[0]!.name, hostmaster: settings.hostmaster };
  const created = await tx
    .insertInto('published.zone')
    // The time as first serial lets a zone that was removed and comes back go on from a greater number.
    .values({ name: zone, serial: Math.floor(now.getTime() / 1000), ...header, updated_at: now })
    .onConflict((on) => on.doNothing())
    .returning('serial')
    .executeTakeFirst();
  // Writers of one zone take turns here; readers go on seeing the zone as it was.
  const held = await tx
    .selectFrom('published.zone')
    .select(['serial', 'primary_ns', 'hostmaster'])
    .where('name', '=', zone)
    .forUpdate()
    .executeTakeFirst();
  if (!held) throw transient(`${zone} was removed at the same moment.`);
  const recordsChanged = await replaceRecords(tx, zone, wanted, settings);
  if (created) return created.serial;

  const headerChanged = held.primary_ns !== header.primary_ns || held.hostmaster !== header.hostmaster;
  if (!recordsChanged && !headerChanged) return held.serial;
  const serial = nextSerial(held.serial);
  await tx
    .updateTable('published.zone')
    .set({ serial, ...header, updated_at: now })
    .where('name', '=', zone)
    .execute();
  return serial;
};

/** One more in serial number arithmetic (RFC 1982 §3.1), leaving out 0, which some secondaries take for "none". */
export const nextSerial = (serial: number): number => (serial >= 2 ** 32 - 1 ? 1 : serial + 1);

const replaceRecords = async (
  tx: Tx,
  zone: string,
  wanted: HostedRecord[],
  settings: DnsHostSettings,
): Promise<boolean> => {
  const held = await tx.selectFrom('published.record').selectAll().where('zone', '=', zone).execute();
  const target = [...ownRecords(zone, held, settings), ...wanted.map((record) => toRow(zone, record))];
  const before = new Map(held.map((row) => [row.id, row]));
  const after = new Map(target.map((row) => [row.id, row]));
  if (after.size < target.length) throw rejected('Two records have the same id.', 'duplicate_id');

  const isSame = (a: NewRow, b: NewRow) =>
    a.name === b.name && a.type === b.type && a.ttl_s === b.ttl_s && a.data === b.data;
  const stale = held.filter((row) => !after.has(row.id) || !isSame(row, after.get(row.id)!));
  const fresh = target.filter((row) => !before.has(row.id) || !isSame(row, before.get(row.id)!));
  // A changed row is removed and inserted, not updated: two records that trade their data would otherwise meet
  // in the unique key on the way.
  const staleIds = stale.map((row) => row.id);
  if (staleIds.length > 0) await tx.deleteFrom('published.record').where('id', 'in', staleIds).execute();
  if (fresh.length > 0) {
    const inserted = await tx
      .insertInto('published.record')
      .values(fresh)
      .onConflict((on) => on.doNothing())
      .returning('id')
      .execute();
    if (inserted.length < fresh.length) {
      throw conflict('A record of this zone is already held by another zone.', 'record_elsewhere');
    }
  }
  return stale.length > 0 || fresh.length > 0;
};

/** The apex NS records, each with the id it has had so far. */
const ownRecords = (zone: string, held: Row[], settings: DnsHostSettings): NewRow[] =>
  settings.nameservers.map((nameserver) => {
    const data = toAbsolute(nameserver.name);
    const id = held.find((row) => isOwn(zone, row) && row.data === data)?.id ?? newId();
    return { id, zone, name: zone, type: 'NS', ttl_s: settings.nameserverTtlS, data };
  });

const toRow = (zone: string, { id, name, type, ttlS, data }: HostedRecord): NewRow => ({
  id: id.toLowerCase(),
  zone,
  name,
  type,
  ttl_s: ttlS,
  data,
});
