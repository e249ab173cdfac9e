// What a zone file would make of a zone, line by line.
import { isWithin, toFqdn, toHost } from '../../../protocols/dns/names.ts';
import { parseRdata } from '../../../protocols/dns/presentation.ts';
import { toFields } from '../../../protocols/dns/record-fields.ts';
import { readZoneFile, type ZoneFileLine } from '../../../protocols/dns/zone-file.ts';
import { assertZoneSize, errorsBrought, type ZoneOfOwner } from './conflicts.ts';
import { outrankingExchangers } from './managed.ts';
import type { Conflict } from './record-input.ts';
import { freshRecord } from './version.ts';
import { CUSTOM, isManaged, type NewRecord, recordKey, type ZoneRecord } from './zone.ts';

export type ImportMode = 'merge' | 'replace_custom';

export type ImportLine = {
  line: number;
  /** The entry as it was read, comments and line breaks gone. */
  text: string;
  outcome: 'added' | 'changed' | 'already_there' | 'refused' | 'ignored';
  record_id: string | null;
  /** Why it was refused or ignored. */
  reason: string | null;
  /** The section of the standard that says so. */
  rule: string | null;
};

export type ImportPlan = { lines: ImportLine[]; next: ZoneRecord[]; removed: ZoneRecord[] };

type Readable = { line: ZoneFileLine; record: NewRecord };
type Fate = Omit<ImportLine, 'line' | 'text'>;

/**
 * `merge` adds what is not there; `replace_custom` also takes the owner's records away that the file does not have.
 * Records the program keeps up are never touched.
 *
 * @throws ApiError zone_too_large
 */
export const planImport = (
  zone: ZoneOfOwner,
  current: ZoneRecord[],
  { text, mode, confirmed }: { text: string; mode: ImportMode; confirmed: boolean },
  now: Date,
): ImportPlan => {
  const fates = new Map<number, Fate>();
  const lines = readZoneFile(text, zone.name);
  const readable: (Readable & { index: number })[] = [];
  for (const [index, line] of lines.entries()) {
    const read = readLine(zone.name, line);
    if ('record' in read) readable.push({ index, line, record: read.record });
    else fates.set(index, read);
  }

  const named = new Set(readable.map(({ record }) => recordKey(record)));
  const removed =
    mode === 'merge' ? [] : current.filter((record) => !isManaged(record) && !named.has(recordKey(record)));
  const kept = current.filter((record) => !removed.includes(record));
  const present = new Map(kept.map((record) => [recordKey(record), record]));
  const fresh = new Map<number, ZoneRecord>();
  for (const { index, record } of readable) {
    const known = present.get(recordKey(record));
    if (known === undefined) {
      const added = freshRecord(record, now);
      fresh.set(index, added);
      present.set(recordKey(record), added);
    } else if (!fresh.has(index) && !isManaged(known) && known.ttlS !== record.ttlS && kept.includes(known)) {
      const changed = { ...known, ttlS: record.ttlS };
      kept[kept.indexOf(known)] = changed;
      present.set(recordKey(record), changed);
      fates.set(index, fate('changed', { record_id: known.uid }));
    } else fates.set(index, fate('already_there', { record_id: known.uid }));
  }

  assertZoneSize(zone.name, kept.length + fresh.size);
  const { accepted, refused } = accept(zone, kept, [...fresh.values()], confirmed);
  for (const [index, record] of fresh) {
    const conflict = refused.get(record.uid);
    fates.set(
      index,
      conflict
        ? fate('refused', { reason: conflict.message, rule: conflict.rule })
        : fate('added', { record_id: record.uid }),
    );
  }
  // A line that repeats a refused one is no more there than that is.
  for (const [index, { record_id }] of fates) {
    const conflict = refused.get(record_id ?? '');
    if (conflict) fates.set(index, fate('refused', { reason: conflict.message, rule: conflict.rule }));
  }
  return {
    lines: lines.map(({ line, text: shown }, index) => ({ line, text: shown, ...fates.get(index)! })),
    next: accepted,
    removed,
  };
};

const fate = (outcome: Fate['outcome'], more: Partial<Fate> = {}): Fate => ({
  outcome,
  record_id: null,
  reason: null,
  rule: null,
  ...more,
});

const readLine = (zone: string, line: ZoneFileLine): { record: NewRecord } | Fate => {
  if (!('record' in line)) return fate('refused', { reason: line.reason, rule: line.rule });
  const { name, type, ttlS, data } = line.record;
  if (!isWithin(name, zone)) {
    return fate('refused', { reason: `${name} is not inside the zone ${zone}`, rule: 'RFC 1034 §4.2.1' });
  }
  if (name === zone && (type === 'SOA' || type === 'NS')) {
    const reason = `The ${type} records of ${zone} itself are those of its DNS host`;
    return fate('ignored', { reason, rule: 'RFC 1034 §4.2.1' });
  }
  const host = toHost(name, zone);
  if (toFqdn(host, zone) !== name) {
    const reason = `${name} repeats the name of the zone: a dot is missing at the end of its owner`;
    return fate('refused', { reason, rule: 'RFC 1035 §5.1' });
  }
  const { value, priority } = toFields(parseRdata(type, data));
  return { record: { host, type, value, priority: priority ?? null, ttlS, purpose: CUSTOM } };
};

type Accepted = { accepted: ZoneRecord[]; refused: Map<string, Conflict> };

/**
 * Takes in as many of the candidates as the zone bears. Addresses come first and delegations next, since other
 * records lean on them; beyond that the first of two that cannot be together stays.
 */
const accept = (
  zone: ZoneOfOwner,
  kept: ZoneRecord[],
  candidates: ZoneRecord[],
  confirmed: boolean,
): Accepted => {
  const refused = new Map<string, Conflict>();
  const rank = ({ type }: ZoneRecord) => (type === 'A' || type === 'AAAA' ? 0 : type === 'NS' ? 1 : 2);
  const inOrder = candidates.toSorted((a, b) => rank(a) - rank(b));
  const wrong = (accepted: ZoneRecord[], more: ZoneRecord[]): Conflict | undefined => {
    const next = [...accepted, ...more];
    const outranking = confirmed ? undefined : outrankingExchangers(next).find((one) => more.includes(one));
    return outranking ? takesMailAway(zone.name, outranking) : errorsBrought(zone, accepted, next)[0];
  };
  // Halving finds the few that are wrong among many without checking the zone once for each.
  const take = (accepted: ZoneRecord[], more: ZoneRecord[]): ZoneRecord[] => {
    if (more.length === 0) return accepted;
    const conflict = wrong(accepted, more);
    if (!conflict) return [...accepted, ...more];
    if (more.length === 1) {
      refused.set(more[0]!.uid, conflict);
      return accepted;
    }
    const half = Math.ceil(more.length / 2);
    return take(take(accepted, more.slice(0, half)), more.slice(half));
  };
  return { accepted: take(kept, inOrder), refused };
};

const takesMailAway = (zone: string, { value, type }: ZoneRecord): Conflict => ({
  code: 'managed_record',
  message: `Mail for ${zone} would go to ${value} instead of its mailboxes; confirm_managed: true imports it all the same`,
  rule: 'RFC 5321 §5.1',
  name: zone,
  type,
});
