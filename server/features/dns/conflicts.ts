// Whether a zone may become what a change would make of it.
import { findZoneConflicts, type ZoneConflict } from '../../../protocols/dns/zone-conflicts.ts';
import type { RecordRule } from '../../../providers/contracts/dns-host.ts';
import { dnsConflict, zoneTooLarge } from './errors.ts';
import { ownersRecords } from './owners.ts';
import type { Conflict } from './record-input.ts';
import { hostedAsItIs, type Zone, type ZoneRecord } from './zone.ts';

/** Far more than mail and web need; keeps the check of a whole zone in the milliseconds. */
export const MAX_RECORDS = 1000;

/** @throws ApiError zone_too_large */
export const assertZoneSize = (zone: string, records: number): void => {
  if (records <= MAX_RECORDS) return;
  const message = `${zone} would hold ${records} records; a zone may hold ${MAX_RECORDS}`;
  throw zoneTooLarge(message, { maximum: MAX_RECORDS });
};

/** A zone by name, with what its owner keeps there besides. */
export type ZoneOfOwner = Pick<Zone, 'name' | 'owners'> & { refuses?: RecordRule };

/** What the DNS host of the zone would not take. */
const refusedByHost = ({ name: zone, refuses }: ZoneOfOwner, records: ZoneRecord[]): ZoneConflict[] =>
  records.flatMap((record) => {
    const hosted = hostedAsItIs(zone, record);
    const refusal = refuses?.(hosted);
    if (!refusal) return [];
    const { name, type } = hosted;
    return [{ ...refusal, severity: 'error', name, type, rule: 'what the DNS host of the zone takes' }];
  });

/** Everything that is wrong with the records of a zone, all of them together. */
export const zoneConflicts = (zone: string, records: ZoneRecord[]): ZoneConflict[] => {
  const hosted = records.map((record) => hostedAsItIs(zone, record));
  const own = hosted.filter(({ name, type }) => name === zone && type === 'NS');
  return [
    ...findZoneConflicts(zone, hosted),
    ...own.map(({ name, type }): ZoneConflict => {
      const message = `The nameservers of ${zone} itself are those of its DNS host`;
      return { code: 'ns_at_apex', severity: 'error', name, type, message, rule: 'RFC 1034 §4.2.1' };
    }),
  ];
};

export const zoneErrors = (zone: string, records: ZoneRecord[]): ZoneConflict[] =>
  zoneConflicts(zone, records).filter(({ severity }) => severity === 'error');

const keyOf = ({ code, name, type }: ZoneConflict): string => `${code} ${name} ${type}`;

/** Errors that the change is to blame for: those at names it touched, and those that were not there before. */
export const errorsBrought = (at: ZoneOfOwner, current: ZoneRecord[], next: ZoneRecord[]): ZoneConflict[] => {
  const { name: zone } = at;
  const theirs = ownersRecords(at);
  const errorsOf = (records: ZoneRecord[]) => [
    ...zoneErrors(zone, [...theirs, ...records]),
    ...refusedByHost(at, records),
  ];
  const errors = errorsOf(next);
  if (errors.length === 0) return [];
  const before = new Set(errorsOf(current).map(keyOf));
  const known = new Map(current.map((record) => [record.uid, record]));
  const touched = new Set(
    next
      .filter((record) => known.get(record.uid) !== record)
      .map((record) => hostedAsItIs(zone, record).name),
  );
  return errors.filter((error) => !before.has(keyOf(error)) || touched.has(error.name));
};

/** Lets the change pass, or throws `dns_conflict` with everything it breaks. Answers what is only worth knowing. */
export const assertNoConflicts = (
  zone: ZoneOfOwner,
  current: ZoneRecord[],
  next: ZoneRecord[],
): Conflict[] => {
  const errors = errorsBrought(zone, current, next);
  if (errors.length > 0) throw conflictOf(errors);
  return zoneConflicts(zone.name, [...ownersRecords(zone), ...next])
    .filter(({ severity }) => severity === 'warning')
    .map(conflictRow);
};

export const conflictOf = (conflicts: Conflict[]) =>
  dnsConflict(`${conflicts[0]!.message} (${conflicts[0]!.rule})`, { conflicts: conflicts.map(conflictRow) });

/** As the API shows it. */
export const conflictRow = ({ code, message, rule, name, type }: Conflict): Conflict => ({
  code,
  message,
  rule,
  name,
  type,
});
