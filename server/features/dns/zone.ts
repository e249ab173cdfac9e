// A zone as its owner sees it: records with a relative host, and values as people write them.
import { toFqdn } from '../../../protocols/dns/names.ts';
import { formatRdata } from '../../../protocols/dns/presentation.ts';
import { fromFields } from '../../../protocols/dns/record-fields.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';

export type Zone = { domainUid: string; workspaceUid: string; name: string; publishedAt: Date | null };

export type ZoneRecord = {
  uid: string;
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

export type NewRecord = Omit<ZoneRecord, 'uid'>;

/** The record as a DNS host takes it. */
export const hostedRecord = (zoneName: string, record: ZoneRecord): HostedRecord => ({
  id: record.uid,
  name: toFqdn(record.host, zoneName),
  type: record.type,
  ttlS: record.ttlS,
  data: formatRdata(fromFields(record.type, { value: record.value, priority: record.priority ?? undefined })),
});

/** Two records are the same when they say the same, whatever their ids. */
export const recordKey = (record: Pick<ZoneRecord, 'host' | 'type' | 'value' | 'priority'>): string =>
  [record.host, record.type, record.priority ?? '', record.value].join('\u0000');
