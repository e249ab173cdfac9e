// What is wrong with a set of records before it is published: each finding names the rule it breaks.

import { looksLikeAddress } from './addresses.ts';
import { joinText } from './character-strings.ts';
import { isDmarc } from './mail-records.ts';
import { InvalidNameError, isHostname, isWithin, parentName, ROOT, toName } from './names.ts';
import { parseRdata } from './presentation.ts';
import { InvalidRdataError, type RecordData, type ZoneRecord } from './rdata.ts';
import { typeCode } from './record-types.ts';
import { isSpf, MAX_SPF_LOOKUPS, spfLookups } from './spf.ts';
import { encodeRdata, typeCodeOf } from './wire.ts';

/**
 * `error`: the zone must not be published so. `warning`: it answers, but not as its owner expects.
 * `code` is stable; `rule` is a section of a standard, for people.
 */
export type ZoneConflict = {
  code: string;
  severity: 'error' | 'warning';
  name: string;
  type: string;
  message: string;
  rule: string;
};

type Entry = { name: string; type: string; ttlS: number; data: RecordData };
type Zone = { apex: string; entries: Entry[]; byName: Map<string, Entry[]> };
type Rule = (zone: Zone) => ZoneConflict[];

/** Owner, type, class, TTL and length of one record, the owner name compressed to a pointer. */
const RECORD_OVERHEAD_BYTES = 12;
/** A TCP message holds 65535 bytes; header, question and OPT take their share. */
const MAX_RRSET_BYTES = 65_535 - 12 - 259 - 11;
/** RFC 2181 §8. */
const MAX_TTL_S = 2_147_483_647;

/** Checks the records of one zone, all of them together. The zone's own SOA is not among them. */
export function findZoneConflicts(apex: string, records: readonly ZoneRecord[]): ZoneConflict[] {
  const conflicts: ZoneConflict[] = [];
  const entries: Entry[] = [];
  for (const record of records) {
    const read = readEntry(apex, record);
    if ('code' in read) conflicts.push(read);
    else entries.push(read);
  }
  const zone = { apex, entries, byName: Map.groupBy(entries, (entry) => entry.name) };
  return [...conflicts, ...RULES.flatMap((rule) => rule(zone))];
}

function readEntry(apex: string, record: ZoneRecord): Entry | ZoneConflict {
  const type = record.type.toUpperCase();
  try {
    const name = toName(record.name);
    const at = { name, type };
    if (!isWithin(name, apex)) {
      return error('outside_zone', at, `${name} is not inside the zone ${apex}`, 'RFC 1034 §4.2.1');
    }
    if (!Number.isInteger(record.ttlS) || record.ttlS < 0 || record.ttlS > MAX_TTL_S) {
      return error('bad_ttl', at, `A TTL is a whole number from 0 to ${MAX_TTL_S}`, 'RFC 2181 §8');
    }
    if (type === 'SOA') {
      return error('soa_is_generated', at, 'The SOA record belongs to the zone itself', 'RFC 1035 §5.2');
    }
    if (type === 'DNAME') {
      return error('dname_unsupported', at, 'DNAME redirection is not offered', 'RFC 6672 §2.1');
    }
    // Seen before it is read: as a name an IPv6 address would only be called one with characters no name holds.
    const target = record.data.trim().split(/\s+/).at(-1)!;
    if (namesHost.has(type) && looksLikeAddress(target)) return addressAsTarget(at, target);
    return { name, type, ttlS: record.ttlS, data: parseRdata(type, record.data) };
  } catch (problem) {
    const at = { name: record.name, type };
    if (problem instanceof InvalidNameError) return error('invalid_name', at, problem.message, problem.rule);
    if (problem instanceof InvalidRdataError) return error('invalid_data', at, problem.message, problem.rule);
    throw problem;
  }
}

const namesHost: ReadonlySet<string> = new Set(['CNAME', 'MX', 'NS', 'PTR', 'SRV']);

function addressAsTarget(at: At, target: string): ZoneConflict {
  const message = `${at.type} of ${at.name} points at the address ${target}; it must name a host`;
  return error('target_is_address', at, message, 'RFC 1035 §3.3');
}

const duplicates: Rule = ({ entries }) => {
  const seen = new Set<string>();
  return entries.flatMap((entry) => {
    const key = `${entry.name} ${typeCodeOf(entry.data)} ${encodeRdata(entry.data).toString('hex')}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      error('duplicate', entry, `${entry.name} has the same ${entry.type} record twice`, 'RFC 2181 §5'),
    ];
  });
};

const recordSets: Rule = ({ byName }) =>
  [...byName.values()].flatMap((atName) =>
    [...Map.groupBy(atName, (entry) => typeCodeOf(entry.data)).values()].flatMap((set) => {
      const first = set[0]!;
      const conflicts: ZoneConflict[] = [];
      if (set.some((entry) => entry.ttlS !== first.ttlS)) {
        const message = `The ${first.type} records of ${first.name} have different TTLs; the lowest is served`;
        conflicts.push(warning('ttl_mismatch', first, message, 'RFC 2181 §5.2'));
      }
      const bytes = set.reduce(
        (sum, entry) => sum + encodeRdata(entry.data).length + RECORD_OVERHEAD_BYTES,
        0,
      );
      if (bytes > MAX_RRSET_BYTES) {
        const message = `The ${first.type} records of ${first.name} do not fit one answer`;
        conflicts.push(error('rrset_too_large', first, message, 'RFC 1035 §4.2.2'));
      }
      return conflicts;
    }),
  );

const aliases: Rule = ({ apex, byName }) =>
  [...byName.values()].flatMap((atName) => {
    const alias = atName.find((entry) => entry.data.type === 'CNAME');
    if (!alias) return [];
    if (alias.name === apex) {
      const message = `${apex} is the zone itself and has SOA and NS records, so it cannot be a CNAME`;
      return [error('cname_at_apex', alias, message, 'RFC 1912 §2.4')];
    }
    const others = atName.filter((entry) => entry.data.type !== 'CNAME');
    if (others.length > 0) {
      const types = [...new Set(others.map((entry) => entry.type))].join(', ');
      const message = `${alias.name} is a CNAME and also has ${types}`;
      return [error('cname_beside_others', alias, message, 'RFC 1034 §3.6.2')];
    }
    if (atName.length > 1) {
      const message = `${alias.name} has several CNAME records`;
      return [error('several_cnames', alias, message, 'RFC 2181 §10.1')];
    }
    return [];
  });

const aliasLoops: Rule = (zone) =>
  zone.entries.flatMap((entry) => {
    if (entry.data.type !== 'CNAME') return [];
    const seen = new Set<string>();
    let name: string | undefined = entry.name;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      name = aliasTarget(zone, name);
    }
    if (name !== entry.name) return [];
    return [error('cname_loop', entry, `The CNAME of ${entry.name} leads back to itself`, 'RFC 1034 §3.6.2')];
  });

function aliasTarget(zone: Zone, name: string): string | undefined {
  for (const { data } of zone.byName.get(name) ?? []) if (data.type === 'CNAME') return data.target;
  return undefined;
}

/** The host a record of these types points at; they must name a host that has addresses of its own. */
function targetHost(data: RecordData): string | undefined {
  if (data.type === 'MX') return data.exchange;
  return data.type === 'NS' || data.type === 'SRV' ? data.target : undefined;
}

const targets: Rule = (zone) =>
  zone.entries.flatMap((entry) => {
    const alias = entry.data.type === 'CNAME' || entry.data.type === 'PTR' ? entry.data.target : undefined;
    const target = targetHost(entry.data) ?? alias;
    if (target === undefined) return [];
    if (looksLikeAddress(target)) return [addressAsTarget(entry, target)];
    // A target of '.' says "none here" in MX (RFC 7505 §3) and SRV (RFC 2782).
    if (alias !== undefined || (target === ROOT && entry.data.type !== 'NS')) return [];
    if (!isHostname(target)) {
      const message = `${entry.type} of ${entry.name} points at ${target}, which is not a host name`;
      return [error('target_not_hostname', entry, message, 'RFC 1123 §2.1')];
    }
    return addressesOfTarget(zone, entry, target);
  });

function addressesOfTarget(zone: Zone, entry: Entry, target: string): ZoneConflict[] {
  if (aliasTarget(zone, target) !== undefined) {
    const message = `${entry.type} of ${entry.name} points at ${target}, which is a CNAME`;
    return [error('target_is_alias', entry, message, 'RFC 2181 §10.3')];
  }
  if (!isWithin(target, zone.apex)) return [];
  const cut = delegationAbove(zone, target);
  // Below another's delegation the addresses are theirs to give, except those of the servers that lead there.
  if (cut !== undefined && !(entry.data.type === 'NS' && isWithin(target, entry.name))) return [];
  const wildcard = `*.${parentName(target)}`;
  const has = [target, wildcard].some((name) =>
    zone.byName.get(name)?.some(({ data }) => data.type === 'A' || data.type === 'AAAA'),
  );
  if (has) return [];
  const message = `${entry.type} of ${entry.name} points at ${target}, which has no address in this zone`;
  return entry.data.type === 'NS'
    ? [error('target_without_address', entry, message, 'RFC 1034 §4.2.1')]
    : [warning('target_without_address', entry, message, 'RFC 2181 §10.3')];
}

const textsOf = (entries: readonly Entry[] = []): string[] =>
  entries.flatMap(({ data }) => (data.type === 'TXT' ? [joinText(data.strings)] : []));

const policyTexts: Rule = ({ byName }) =>
  [...byName.values()].flatMap((atName) => {
    const texts = textsOf(atName);
    const at = { name: atName[0]!.name, type: 'TXT' };
    const conflicts: ZoneConflict[] = [];
    const policies = texts.filter(isSpf);
    if (policies.length > 1) {
      const message = `${at.name} has several SPF records; receivers then answer permerror. Join them into one`;
      conflicts.push(error('several_spf', at, message, 'RFC 7208 §4.5'));
    }
    const spfAt = (name: string) => textsOf(byName.get(name)).find(isSpf);
    const lookups = Math.max(0, ...policies.map((text) => spfLookups(text, spfAt, [at.name])));
    if (lookups > MAX_SPF_LOOKUPS) {
      const cost =
        lookups === Number.POSITIVE_INFINITY
          ? 'includes records that lead back to themselves'
          : `needs ${lookups} look-ups, with those of the records it includes`;
      const message = `The SPF record of ${at.name} ${cost}; receivers make ${MAX_SPF_LOOKUPS} and then answer permerror`;
      conflicts.push(error('spf_too_many_lookups', at, message, 'RFC 7208 §4.6.4'));
    }
    if (at.name.startsWith('_dmarc.') && texts.filter(isDmarc).length > 1) {
      const message = `${at.name} has several DMARC records; receivers then apply none`;
      conflicts.push(error('several_dmarc', at, message, 'RFC 7489 §6.6.3'));
    }
    if (at.name.includes('._domainkey.') && texts.length > 1) {
      const message = `${at.name} has several texts; a DKIM selector holds one key`;
      conflicts.push(error('several_dkim', at, message, 'RFC 6376 §3.6.2.2'));
    }
    return conflicts;
  });

const nullMx: Rule = ({ byName }) =>
  [...byName.values()].flatMap((atName) => {
    const exchanges = atName.filter((entry) => entry.data.type === 'MX');
    const none = exchanges.find(({ data }) => data.type === 'MX' && data.exchange === ROOT);
    if (!none || exchanges.length === 1) return [];
    const message = `${none.name} says that it takes no mail (MX ".") and has other MX records`;
    return [error('null_mx_beside_others', none, message, 'RFC 7505 §3')];
  });

const delegations: Rule = (zone) =>
  zone.entries.flatMap((entry) => {
    const { name, data } = entry;
    if (data.type === 'NS' && name.startsWith('*.')) {
      return [error('ns_at_wildcard', entry, 'A wildcard cannot be delegated', 'RFC 4592 §4.2')];
    }
    if (typeCodeOf(data) === typeCode('DS')) return misplacedDs(zone, entry);
    const cut = delegationAbove(zone, name);
    if (cut === undefined || data.type === 'A' || data.type === 'AAAA') return [];
    if (name === cut && data.type === 'NS') return [];
    const message = `${name} is delegated with ${cut}, so its ${entry.type} record here is never served`;
    return [warning('below_delegation', entry, message, 'RFC 1034 §4.2.1')];
  });

function misplacedDs(zone: Zone, entry: Entry): ZoneConflict[] {
  if (zone.byName.get(entry.name)?.some(({ data }) => data.type === 'NS') && entry.name !== zone.apex)
    return [];
  const message =
    entry.name === zone.apex
      ? `The DS record of ${zone.apex} belongs into the zone above it`
      : `${entry.name} has a DS record but is not delegated`;
  return [error('ds_misplaced', entry, message, 'RFC 4035 §2.4')];
}

/** The highest name at or above `name`, below the apex, that is delegated. */
function delegationAbove(zone: Zone, name: string): string | undefined {
  let cut: string | undefined;
  for (let at: string | undefined = name; at && at !== zone.apex; at = parentName(at)) {
    if (zone.byName.get(at)?.some(({ data }) => data.type === 'NS')) cut = at;
  }
  return cut;
}

const RULES: readonly Rule[] = [
  duplicates,
  recordSets,
  aliases,
  aliasLoops,
  targets,
  policyTexts,
  nullMx,
  delegations,
];

type At = { name: string; type: string };

function error(code: string, at: At, message: string, rule: string): ZoneConflict {
  return { code, severity: 'error', name: at.name, type: at.type, message, rule };
}

function warning(code: string, at: At, message: string, rule: string): ZoneConflict {
  return { code, severity: 'warning', name: at.name, type: at.type, message, rule };
}
