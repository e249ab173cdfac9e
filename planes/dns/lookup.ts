// From a question to the records of its answer: the algorithm of RFC 1034 §4.3.2 with the clarifications of
// RFC 2181, RFC 2308 (negative answers), RFC 4592 (wildcards) and RFC 8482 (ANY).

import { isWithin, parentName } from '../../protocols/dns/names.ts';
import { RCODE, TYPE } from './constants.ts';
import { type Node, type RecordSet, recordSet, type Zone } from './zone.ts';
import type { ZoneTable } from './zone-table.ts';

/** A record set under the name it is given for; a wildcard's records go out under the name asked for. */
export type OwnedSet = { owner: string; set: RecordSet };

export type Answer = {
  rcode: number;
  authoritative: boolean;
  answers: OwnedSet[];
  authorities: OwnedSet[];
  /** Addresses without which a referral leads nowhere; they may not be left out silently (RFC 9471 §3.1). */
  glue: OwnedSet[];
  /** Addresses that save the next question; left out when there is no room. */
  additionals: OwnedSet[];
  /** Every zone that was looked at: the answer holds while none of them has another version. */
  zones: Zone[];
};

/** Longer chains are a mistake or an attack; resolvers stop at about as many. */
const MAX_CHAIN = 12;
const ADDRESS_TYPES = [TYPE.A, TYPE.AAAA];
const TYPES_WITH_ADDITIONALS: ReadonlySet<number> = new Set([TYPE.NS, TYPE.MX, TYPE.SRV]);

/** RFC 8482 §4.2: the answer to ANY, CPU "RFC8482" and an empty OS. */
const ANY_ANSWER: RecordSet = {
  type: TYPE.HINFO,
  ttlS: 3600,
  rdatas: [Buffer.from('\x07RFC8482\x00', 'latin1')],
  targets: [],
};

/** Looks a question up. `name` is lower case without the trailing dot. */
export function lookup(table: ZoneTable, name: string, type: number): Answer {
  const answer: Answer = {
    rcode: RCODE.NOERROR,
    authoritative: true,
    answers: [],
    authorities: [],
    glue: [],
    additionals: [],
    zones: [],
  };
  const first = zoneFor(table, name, type);
  if (!first) return { ...answer, rcode: RCODE.REFUSED, authoritative: false };

  const seen = new Set<string>();
  let at = name;
  let zone: Zone | undefined = first;
  while (zone && seen.size < MAX_CHAIN && !seen.has(at)) {
    seen.add(at);
    answer.zones.push(zone);
    const next = lookupInZone(table, answer, zone, at, type);
    if (next === undefined) break;
    at = next;
    zone = zoneFor(table, at, type);
  }
  for (const { set } of answer.answers) addAddresses(table, answer, set);
  return answer;
}

/** A DS record is data of the zone above the cut (RFC 4035 §3.1.4.1), when that zone is ours as well. */
function zoneFor(table: ZoneTable, name: string, type: number): Zone | undefined {
  const zone = table.enclosing(name);
  if (type !== TYPE.DS || zone?.name !== name) return zone;
  const parent = parentName(name);
  return (parent === undefined ? undefined : table.enclosing(parent)) ?? zone;
}

/** Adds what one zone says about a name. Gives the name to go on with when that is an alias. */
function lookupInZone(
  table: ZoneTable,
  answer: Answer,
  zone: Zone,
  name: string,
  type: number,
): string | undefined {
  const cut = zone.hasDelegations ? delegationOf(zone, name, type) : undefined;
  if (cut !== undefined) {
    refer(table, answer, zone, cut);
    return undefined;
  }
  const node = zone.nodes.get(name) ?? wildcardOf(zone, name);
  if (!node) {
    // RFC 6604 §3: the code is that of the last name of a chain.
    answer.rcode = RCODE.NXDOMAIN;
    answer.authorities.push({ owner: zone.name, set: zone.negativeSoa });
    return undefined;
  }
  return answerFrom(answer, zone, node, name, type);
}

function answerFrom(answer: Answer, zone: Zone, node: Node, name: string, type: number): string | undefined {
  const alias = recordSet(node, TYPE.CNAME);
  const asked =
    type === TYPE.ANY ? (alias ?? (node.length > 0 ? ANY_ANSWER : undefined)) : recordSet(node, type);
  if (asked) {
    answer.answers.push({ owner: name, set: asked });
    return undefined;
  }
  if (alias) {
    answer.answers.push({ owner: name, set: alias });
    return alias.targets[0];
  }
  answer.authorities.push({ owner: zone.name, set: zone.negativeSoa });
  return undefined;
}

/** The highest name at or above `name` where the zone hands over to other servers (RFC 1034 §4.2.1). */
function delegationOf(zone: Zone, name: string, type: number): string | undefined {
  let cut: string | undefined;
  for (let at: string | undefined = name; at !== undefined && at !== zone.name; at = parentName(at)) {
    // The DS at the cut itself is ours.
    if (at === name && type === TYPE.DS) continue;
    if (recordSet(zone.nodes.get(at), TYPE.NS)) cut = at;
  }
  return cut;
}

function refer(table: ZoneTable, answer: Answer, zone: Zone, cut: string): void {
  // The AA bit is about the first name of the answer section (RFC 1035 §4.1.1), ours when an alias led here.
  answer.authoritative = answer.answers.length > 0;
  const servers = recordSet(zone.nodes.get(cut), TYPE.NS)!;
  answer.authorities.push({ owner: cut, set: servers });
  for (const target of servers.targets) {
    if (isWithin(target, cut)) addSets(answer.glue, target, zone.nodes.get(target));
    else addAddressesOf(table, answer, target);
  }
}

/**
 * The wildcard that stands for a name that does not exist: the one right below its closest encloser, no other
 * (RFC 4592 §3.3.1).
 */
function wildcardOf(zone: Zone, name: string): Node | undefined {
  let encloser = parentName(name)!;
  while (!zone.nodes.has(encloser)) encloser = parentName(encloser)!;
  return zone.nodes.get(`*.${encloser}`);
}

/** Adds the addresses of the hosts inside of a set (RFC 1035 §3.3.9 and §3.3.11, RFC 2782). */
function addAddresses(table: ZoneTable, answer: Answer, set: RecordSet): void {
  if (!TYPES_WITH_ADDITIONALS.has(set.type)) return;
  for (const target of set.targets) addAddressesOf(table, answer, target);
}

function addAddressesOf(table: ZoneTable, answer: Answer, host: string): void {
  const zone = table.enclosing(host);
  if (!zone) return;
  answer.zones.push(zone);
  if (zone.hasDelegations && delegationOf(zone, host, TYPE.A) !== undefined) return;
  addSets(answer.additionals, host, zone.nodes.get(host));
}

function addSets(section: OwnedSet[], owner: string, node: Node | undefined): void {
  for (const type of ADDRESS_TYPES) {
    const set = recordSet(node, type);
    if (set && !section.some((other) => other.set === set)) section.push({ owner, set });
  }
}
