// A zone as the server answers from it: immutable, its records already in wire format.

import { InvalidNameError, isWithin, parentName, toName } from '../../protocols/dns/names.ts';
import { parseRdata } from '../../protocols/dns/presentation.ts';
import { InvalidRdataError, type RecordData } from '../../protocols/dns/rdata.ts';
import { encodeRdata, typeCodeOf } from '../../protocols/dns/wire.ts';
import { TYPE } from './constants.ts';
import { slotOf } from './zone-stamps.ts';

/** All records of one name and type. `targets` are the host names inside, for the additional section. */
export type RecordSet = {
  type: number;
  ttlS: number;
  rdatas: readonly Buffer[];
  targets: readonly string[];
};

/** What exists at a name. Empty for a name that only has names below it (an empty non-terminal). */
export type Node = readonly RecordSet[];

export type Zone = {
  readonly name: string;
  readonly serial: number;
  /** The SOA as the answer to a question for it. */
  readonly soa: RecordSet;
  /** The SOA as it goes with NXDOMAIN and NODATA: its TTL says how long they hold (RFC 2308 §3). */
  readonly negativeSoa: RecordSet;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly hasDelegations: boolean;
  /** Where its stamp is, which says how many versions of it there have been. */
  readonly slot: number;
};

/** A row of `published.zone`. */
export type ZoneRow = {
  name: string;
  serial: number;
  primary_ns: string;
  hostmaster: string;
  refresh_s: number;
  retry_s: number;
  expire_s: number;
  negative_ttl_s: number;
};

/** A row of `published.record`. */
export type RecordRow = { name: string; type: string; ttl_s: number; data: string };

/** A record that is left out of a zone because serving it would be wrong. */
export type SkippedRecord = { name: string; type: string; reason: string };

/** The SOA is asked for to see a new serial, so it does not live long. */
const SOA_TTL_S = 3600;
// Shared, since most sets and many nodes have none.
const NO_RECORDS: Node = [];
const NO_TARGETS: readonly string[] = [];

/**
 * Builds a zone from its rows. One bad record does not cost the zone: it is left out and reported.
 *
 * @throws InvalidNameError when the SOA's own names are not names; the zone then cannot be served
 */
export function buildZone(
  row: ZoneRow,
  records: readonly RecordRow[],
): { zone: Zone; skipped: SkippedRecord[] } {
  const name = toName(row.name);
  const soaRdata = encodeRdata(parseRdata('SOA', soaText(row)));
  const soa = { type: TYPE.SOA, ttlS: SOA_TTL_S, rdatas: [soaRdata], targets: NO_TARGETS };
  const skipped: SkippedRecord[] = [];
  const nodes = new Map<string, RecordSet[]>([[name, [soa]]]);
  for (const record of records) {
    const reason = addRecord(name, nodes, record);
    if (reason !== undefined) skipped.push({ name: record.name, type: record.type, reason });
  }
  packRdatas(nodes);
  return {
    zone: {
      name,
      serial: row.serial,
      soa,
      negativeSoa: { ...soa, ttlS: Math.min(SOA_TTL_S, row.negative_ttl_s) },
      nodes: withEmptyNonTerminals(name, nodes),
      hasDelegations: [...nodes].some(
        ([at, sets]) => at !== name && sets.some((set) => set.type === TYPE.NS),
      ),
      slot: slotOf(name),
    },
    skipped,
  };
}

function soaText(row: ZoneRow): string {
  const numbers = [row.serial, row.refresh_s, row.retry_s, row.expire_s, row.negative_ttl_s];
  return `${row.primary_ns} ${row.hostmaster} ${numbers.join(' ')}`;
}

type GrowingSet = { type: number; ttlS: number; rdatas: Buffer[]; targets: readonly string[] };

/** Adds a record to its node; answers why not when it cannot be served. */
function addRecord(apex: string, nodes: Map<string, RecordSet[]>, record: RecordRow): string | undefined {
  let data: RecordData;
  let name: string;
  try {
    name = toName(record.name);
    data = parseRdata(record.type, record.data);
  } catch (error) {
    if (error instanceof InvalidRdataError || error instanceof InvalidNameError) return error.message;
    throw error;
  }
  if (!isWithin(name, apex)) return 'it is outside of the zone';
  const type = typeCodeOf(data);
  if (type === TYPE.SOA) return 'the SOA comes from the zone';
  if (type === TYPE.CNAME && name === apex) return 'the apex cannot be an alias (RFC 1912 §2.4)';

  const node = (nodes.get(name) ?? nodes.set(name, []).get(name)!) as GrowingSet[];
  const set = node.find((candidate) => candidate.type === type);
  const rdata = encodeRdata(data);
  const target = targetOf(data);
  const targets = target === undefined ? NO_TARGETS : [target];
  if (!set) {
    node.push({ type, ttlS: record.ttl_s, rdatas: [rdata], targets });
    return undefined;
  }
  if (type === TYPE.CNAME) return 'the name is already an alias (RFC 2181 §10.1)';
  if (set.rdatas.some((other) => other.equals(rdata))) return 'it is there already (RFC 2181 §5)';
  set.rdatas.push(rdata);
  if (targets.length > 0) set.targets = [...set.targets, ...targets];
  // RFC 2181 §5.2: the records of a set have one TTL; of several the lowest harms least.
  set.ttlS = Math.min(set.ttlS, record.ttl_s);
  return undefined;
}

function targetOf(data: RecordData): string | undefined {
  switch (data.type) {
    case 'MX':
      return data.exchange;
    case 'NS':
    case 'SRV':
    case 'CNAME':
      return data.target;
    default:
      return undefined;
  }
}

/** Moves all record data of a zone into one allocation: thousands of zones make millions of tiny ones otherwise. */
function packRdatas(nodes: Map<string, RecordSet[]>): void {
  const sets = [...nodes.values()].flat() as GrowingSet[];
  const packed = Buffer.concat(sets.flatMap((set) => set.rdatas));
  let offset = 0;
  for (const set of sets) {
    set.rdatas.forEach((rdata, index) => {
      set.rdatas[index] = packed.subarray(offset, offset + rdata.length);
      offset += rdata.length;
    });
  }
}

/** RFC 4592 §2.2.2: every name between the apex and a name that has records exists too. */
function withEmptyNonTerminals(apex: string, nodes: Map<string, Node>): Map<string, Node> {
  for (const name of [...nodes.keys()]) {
    for (
      let at = parentName(name);
      at !== undefined && isWithin(at, apex) && !nodes.has(at);
      at = parentName(at)
    ) {
      nodes.set(at, NO_RECORDS);
    }
  }
  return nodes;
}

export function recordSet(node: Node | undefined, type: number): RecordSet | undefined {
  return node?.find((set) => set.type === type);
}
