// Records that the owner of a zone keeps there themselves, where the zone lies in an account of theirs. They are never
// changed; what would stand against one of them is left out, and said.
import { isDmarc } from '../../../protocols/dns/mail-records.ts';
import { InvalidNameError, isWithin, toHost } from '../../../protocols/dns/names.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { InvalidRdataError } from '../../../protocols/dns/rdata.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import { isSpf, joinSpf, missingSpfTerms } from '../../../protocols/dns/spf.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';
import { CUSTOM, dataOf, type NewRecord, recordKey, type Zone, type ZoneRecord } from './zone.ts';

type ZoneOfOwner = Pick<Zone, 'name' | 'owners'>;

const longAgo = new Date(0);

/**
 * The owner's records as records of a zone. What cannot be read as one is left out; so is an alias at the apex, which
 * hosts that allow it answer as the addresses it leads to.
 */
export const ownersRecords = ({ name: zone, owners }: ZoneOfOwner): ZoneRecord[] =>
  (owners ?? []).flatMap((record) => {
    const fields = readFields(record);
    const isApexAlias = record.type === 'CNAME' && record.name === zone;
    if (!fields || isApexAlias || !isWithin(record.name, zone)) return [];
    return [
      {
        uid: record.id,
        host: toHost(record.name, zone),
        type: record.type,
        value: fields.value,
        priority: fields.priority ?? null,
        ttlS: record.ttlS,
        purpose: CUSTOM,
        editedAt: null,
        createdAt: longAgo,
        version: 0,
      },
    ];
  });

const readFields = ({ type, data }: HostedRecord) => {
  try {
    return toFields(parseRdata(type, data));
  } catch (error) {
    if (error instanceof InvalidRdataError || error instanceof InvalidNameError) return null;
    throw error;
  }
};

/** A record of the owner's that does what a wanted one would do, so that ours need not be there. */
export const servedByOwner = (zone: ZoneOfOwner, wanted: NewRecord): ZoneRecord | undefined =>
  ownersRecords(zone).find((record) => {
    if (recordKey(record) === recordKey(wanted)) return true;
    if (record.host !== wanted.host || record.type !== 'TXT' || wanted.type !== 'TXT') return false;
    if (isSpf(wanted.value)) {
      return isSpf(record.value) && missingSpfTerms(record.value, wanted.value).length === 0;
    }
    return isDmarc(wanted.value) && isDmarc(record.value);
  });

const addresses = new Set(['A', 'AAAA']);

/** Records of the owner's that mean something else at the place of a wanted one; together they would mean neither. */
export const inTheWay = (zone: ZoneOfOwner, wanted: NewRecord): ZoneRecord[] => {
  const aliasAtApex = (zone.owners ?? []).some(({ name, type }) => type === 'CNAME' && name === zone.name);
  if (servedByOwner(zone, wanted)) return [];
  const found = ownersRecords(zone).filter((record) => record.host === wanted.host && clash(record, wanted));
  const isAddress = wanted.host === '@' && addresses.has(wanted.type);
  return aliasAtApex && isAddress ? [...found, { ...ownersAlias(zone), purpose: CUSTOM }] : found;
};

const clash = (theirs: ZoneRecord, ours: NewRecord): boolean => {
  if (theirs.type === 'CNAME' || ours.type === 'CNAME') return true;
  if (addresses.has(theirs.type) && addresses.has(ours.type)) return true;
  if (theirs.type !== ours.type) return false;
  if (ours.type !== 'TXT') return true;
  if (isSpf(ours.value)) return isSpf(theirs.value);
  return ours.purpose === 'dkim';
};

const ownersAlias = (zone: ZoneOfOwner): ZoneRecord => {
  const alias = zone.owners!.find(({ name, type }) => type === 'CNAME' && name === zone.name)!;
  return {
    uid: alias.id,
    host: '@',
    type: 'CNAME',
    value: alias.data.replace(/\.$/, ''),
    priority: null,
    ttlS: alias.ttlS,
    purpose: CUSTOM,
    editedAt: null,
    createdAt: longAgo,
    version: 0,
  };
};

/** What the owner would do about a record that was left out, in words. */
export const whatOwnerDoes = (zone: ZoneOfOwner, wanted: NewRecord, theirs: ZoneRecord[]): string => {
  const name = wanted.host === '@' ? zone.name : `${wanted.host}.${zone.name}`;
  const found = theirs.map(({ type, value }) => `${type} ${value}`).join(' | ');
  const policy = theirs.find(({ type, value }) => type === 'TXT' && isSpf(value));
  if (policy && isSpf(wanted.value)) {
    return `${name} has an SPF record of its owner's, and may have only one (RFC 7208 §4.5): change it at the DNS host to ${joinSpf(policy.value, wanted.value)}`;
  }
  return `${name} has records of its owner's, which are never touched: ${found}. Take them away at the DNS host, then POST /v1/api/dns/repair puts ${wanted.type} ${dataOf(wanted)} there`;
};

/** Mail records of the owner's that ours would stand against, before ours are known: mail goes elsewhere already. */
export const mailOfOwner = (
  name: string,
  owners: HostedRecord[],
): { label: string; records: ZoneRecord[] }[] => {
  const records = ownersRecords({ name, owners });
  const at = (host: string, fits: (record: ZoneRecord) => boolean) =>
    records.filter((record) => record.host === host && fits(record));
  return [
    { label: 'MX', records: at('@', ({ type, value }) => type === 'MX' && value !== '.') },
    { label: 'SPF', records: at('@', ({ type, value }) => type === 'TXT' && isSpf(value)) },
  ].filter((found) => found.records.length > 0);
};
