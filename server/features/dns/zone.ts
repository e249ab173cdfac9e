// A zone as its owner sees it: records with a relative host, and values as people write them.
import { InvalidNameError, toFqdn } from '../../../protocols/dns/names.ts';
import { formatRdata } from '../../../protocols/dns/presentation.ts';
import { InvalidRdataError } from '../../../protocols/dns/rdata.ts';
import { fromFields } from '../../../protocols/dns/record-fields.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';

export type Zone = {
  domainUid: string;
  workspaceUid: string;
  name: string;
  /** Of the latest change; 0 before there was any. */
  version: number;
  /** What the DNS host last took all of. */
  publishedVersion: number;
  publishedAt: Date | null;
  /** Why the DNS host refused the latest version. */
  publishError: string | null;
  /** When the latest version came to be. */
  updatedAt: Date;
  /** What the program itself wants the zone to hold, as last declared. */
  managed: NewRecord[];
  dkimRotation: DkimRotation | null;
  /** What the zone's owner keeps there besides, as last seen; null where the zone is ours alone. */
  owners: HostedRecord[] | null;
};

/** A change of signing keys that is under way. */
export type DkimRotation = {
  id: string;
  stage: 'making_keys' | 'proving' | 'overlapping' | 'retiring';
  startedAt: string;
  /** Selectors of the new keys, once they are made. */
  selectors: string[];
};

export type NewRecord = {
  /** Relative to the zone, `@` for its apex. */
  host: string;
  type: string;
  /** Without quotes and without the priority. */
  value: string;
  /** Of MX and SRV records. */
  priority: number | null;
  ttlS: number;
  /** What the record is for; `custom` records are the owner's, the others are kept up by the program. */
  purpose: string;
};

export type ZoneRecord = NewRecord & {
  uid: string;
  /** When its owner changed a record that the program keeps up. */
  editedAt: Date | null;
  createdAt: Date;
  /** The zone's version that brought it as it is. */
  version: number;
};

export const CUSTOM = 'custom';

export const isManaged = ({ purpose }: Pick<NewRecord, 'purpose'>): boolean => purpose !== CUSTOM;

/** The record as a DNS host takes it. @throws InvalidNameError, InvalidRdataError for one that nobody could publish */
export const hostedRecord = (zoneName: string, record: ZoneRecord): HostedRecord => ({
  id: record.uid,
  name: toFqdn(record.host, zoneName),
  type: record.type,
  ttlS: record.ttlS,
  data: dataOf(record),
});

/** The same of a record that may be beyond reading: what cannot be read stays as it is, for others to refuse. */
export const hostedAsItIs = (zoneName: string, record: ZoneRecord): HostedRecord => ({
  id: record.uid,
  name: readable(() => toFqdn(record.host, zoneName), `${record.host}.${zoneName}`),
  type: record.type,
  ttlS: record.ttlS,
  data: readable(() => dataOf(record), record.value),
});

/** The data in canonical presentation format. @throws InvalidRdataError */
export const dataOf = (record: Pick<NewRecord, 'type' | 'value' | 'priority'>): string =>
  formatRdata(fromFields(record.type, { value: record.value, priority: record.priority ?? undefined }));

const readable = (read: () => string, otherwise: string): string => {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidNameError || error instanceof InvalidRdataError) return otherwise;
    throw error;
  }
};

/** Two records are the same when they say the same, whatever their ids, TTLs and purposes. */
export const recordKey = (record: Pick<NewRecord, 'host' | 'type' | 'value' | 'priority'>): string =>
  [record.host, record.type, record.priority ?? '', record.value].join('\u0000');

/** The place that a managed record fills: one purpose has one set of records there. */
export const slotKey = (record: Pick<NewRecord, 'purpose' | 'host' | 'type'>): string =>
  [record.purpose, record.host, record.type].join('\u0000');

export const sameRecord = (a: NewRecord, b: NewRecord): boolean =>
  recordKey(a) === recordKey(b) && a.ttlS === b.ttlS && a.purpose === b.purpose;

/** Only what makes a record, whatever else the value carries. */
export const bareRecord = ({ host, type, value, priority, ttlS, purpose }: NewRecord): NewRecord => ({
  host,
  type,
  value,
  priority,
  ttlS,
  purpose,
});
