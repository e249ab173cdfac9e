// The records the program keeps up for a domain, apart from the ones its owner adds.
import type { Tx } from '../../../database/database.ts';
import { errorsBrought } from './conflicts.ts';
import { managedRecord } from './errors.ts';
import { inTheWay, servedByOwner } from './owners.ts';
import { recordsOf, zoneEnsure } from './store.ts';
import { type By, freshRecord, writeVersion } from './version.ts';
import {
  bareRecord,
  isManaged,
  type NewRecord,
  recordKey,
  sameRecord,
  slotKey,
  type Zone,
  type ZoneRecord,
} from './zone.ts';

/** Without these a domain's mail does not arrive or is not believed; the others make life easier. */
const essential = new Set(['mx', 'spf', 'dkim', 'dmarc']);
export const isEssential = ({ purpose }: Pick<NewRecord, 'purpose'>): boolean => essential.has(purpose);

const setUp: Omit<By, 'cause'> = {
  actorType: 'workflow',
  actorId: 'domains.set-up',
  reason: 'the records that the program keeps up',
};

/**
 * Declares what the program keeps up in a zone: exactly these. Only places (a purpose at a host) whose declaration
 * differs from the one before are touched, so that what the owner changed or removed there stays as it is; records
 * with the purpose `custom` are the owner's and stay always. One that only makes life easier is left out where it
 * would conflict with a record of the owner's. Publishing is the caller's.
 */
export const putManagedRecords = async (
  tx: Tx,
  zone: { domainUid: string; workspaceUid: string; name: string },
  wanted: NewRecord[],
  now: Date,
  by: Omit<By, 'cause'> = setUp,
): Promise<{ version: number; changed: boolean }> => {
  const held = await zoneEnsure(tx, zone, now);
  const current = await recordsOf(tx, zone.domainUid);
  const next = withManaged(held, current, held.managed, wanted, now);
  const managed = wanted.map(bareRecord);
  const written = await writeVersion(tx, held, { current, next, managed }, { ...by, cause: by.actorId }, now);
  return { version: written.version, changed: written.changes.length > 0 };
};

/** The zone with the declaration `wanted` in place of `declared`. */
export const withManaged = (
  zone: Pick<Zone, 'name' | 'owners'>,
  current: ZoneRecord[],
  declared: NewRecord[],
  wanted: NewRecord[],
  now: Date,
): ZoneRecord[] => {
  const [before, after] = [declared, wanted].map((records) => Map.groupBy(records, slotKey));
  const touched = [...new Set([...before!.keys(), ...after!.keys()])].filter(
    (slot) => !sameRecords(before!.get(slot) ?? [], after!.get(slot) ?? []),
  );
  return touched.reduce(
    (records, slot) => fillSlot(zone, records, slot, after!.get(slot) ?? [], now),
    current,
  );
};

const sameRecords = (a: NewRecord[], b: NewRecord[]): boolean =>
  a.length === b.length && a.every((record) => b.some((other) => sameRecord(record, other)));

const fillSlot = (
  zone: Pick<Zone, 'name' | 'owners'>,
  records: ZoneRecord[],
  slot: string,
  wanted: NewRecord[],
  now: Date,
): ZoneRecord[] => {
  const fits = (record: ZoneRecord) => wanted.find((want) => recordKey(want) === recordKey(record));
  const rest = records.flatMap((record) => {
    if (!isManaged(record) || slotKey(record) !== slot) return [record];
    const want = fits(record);
    return want ? [want.ttlS === record.ttlS ? record : { ...record, ttlS: want.ttlS }] : [];
  });
  const present = new Set(rest.map(recordKey));
  const missing = wanted.filter((want) => !present.has(recordKey(want)) && isFree(zone, want));
  const filled = [...rest, ...missing.map((want) => freshRecord(want, now))];
  const optional = missing.every((want) => !isEssential(want));
  return optional && errorsBrought(zone, rest, filled).length > 0 ? rest : filled;
};

/** Whether the owner of the zone has nothing at its place, neither the same nor something else. */
const isFree = (zone: Pick<Zone, 'name' | 'owners'>, want: NewRecord): boolean =>
  !servedByOwner(zone, want) && inTheWay(zone, want).length === 0;

/** What the owner should know before a managed record is changed or removed. */
export const breakageOf = (zone: string, record: Pick<NewRecord, 'purpose' | 'host'>): string => {
  switch (record.purpose) {
    case 'mx':
      return `Mail to the mailboxes of ${zone} would stop arriving.`;
    case 'spf':
      return `Receivers would no longer believe that mail of ${zone} comes from its mail host, and refuse it or file it as spam.`;
    case 'dkim':
      return `Signatures under the selector ${record.host.split('.')[0]} could not be checked, and mail of ${zone} would fail DKIM and DMARC.`;
    case 'dmarc':
      return `Receivers that ask for a DMARC record refuse bulk mail of ${zone} without it.`;
    case 'forwarding':
      return `Visitors of ${record.host === '@' ? zone : `${record.host}.${zone}`} would no longer be forwarded.`;
    default:
      return `Mail programs could no longer find the settings of ${zone} by themselves.`;
  }
};

/** Mail exchangers of the owner's that mail would go to before, or as often as, the domain's own mail host. */
export const outrankingExchangers = (records: ZoneRecord[]): ZoneRecord[] => {
  const own = records.filter(({ purpose }) => purpose === 'mx');
  const best = Math.min(...own.map(({ priority }) => priority ?? 0));
  return records.filter(
    (record) =>
      own.length > 0 &&
      !isManaged(record) &&
      record.type === 'MX' &&
      record.host === '@' &&
      record.value !== '.' &&
      (record.priority ?? 0) <= best &&
      !own.some(({ value }) => value === record.value),
  );
};

/** Throws `managed_record` when the change from `current` to `next` needs the owner's word. */
export const assertConfirmed = (zone: string, current: ZoneRecord[], next: ZoneRecord[]): void => {
  const after = new Map(next.map((record) => [record.uid, record]));
  const endangered = current.filter((record) => {
    const later = after.get(record.uid);
    return isManaged(record) && (later === undefined || !sameRecord(record, later));
  });
  const known = new Set(outrankingExchangers(current).map(({ uid }) => uid));
  const outranking = outrankingExchangers(next).filter(({ uid }) => !known.has(uid));
  const records = [
    ...endangered.map((record) => row(record, breakageOf(zone, record))),
    ...outranking.map((record) =>
      row(record, `Mail for ${zone} would go to ${record.value} instead of its mailboxes.`),
    ),
  ];
  if (records.length === 0) return;
  throw managedRecord(`${records[0]!.breaks} Send confirm_managed: true to do it all the same.`, { records });
};

const row = ({ uid, host, type, purpose }: ZoneRecord, breaks: string) => ({
  record_id: uid,
  host,
  type,
  purpose,
  breaks,
});
