// Cloudflare as a DNS host of zones that lie in their owner's account. It puts, changes and removes records that carry
// our mark and looks past all others; it neither makes zones nor removes them.
import { joinText, tokenize } from '../../protocols/dns/character-strings.ts';
import { toName } from '../../protocols/dns/names.ts';
import { formatRdata, parseRdata } from '../../protocols/dns/presentation.ts';
import { findZoneConflicts } from '../../protocols/dns/zone-conflicts.ts';
import type { DnsHost, HostedRecord, RecordRule } from '../contracts/dns-host.ts';
import { notFound, ProviderFailure, rejected } from '../contracts/failure.ts';
import type { Api } from './api.ts';
import { fromWire, idOf, markOf, toWire, type WireContent, type WireRecord } from './records.ts';
import type { Turns } from './turns.ts';
import { findZone, listRecords, nameserversOf, type WireZone } from './zones.ts';

/** As many as the free plan changes in one transaction; paid plans allow more. */
const MOST_CHANGES_AT_ONCE = 200;

export type DnsHostSettings = {
  /** Whose records these are: part of the mark, so that two installations can share a zone. Letters and digits. */
  tenant: string;
  /** Shared by every host of this process: two that read a zone before either wrote it would leave a mixture. */
  takeTurns: Turns;
};

export const createDnsHost = (api: Api, { tenant, takeTurns }: DnsHostSettings): DnsHost => {
  const zoneOf = async (name: string): Promise<WireZone> => {
    const zone = await findZone(api, name);
    if (!zone)
      throw notFound(
        `The Cloudflare account has no zone ${name} any more, or its credential may not see it.`,
      );
    return zone;
  };

  /** Makes our records exactly these; `again` says whether somebody else may change the zone at the same moment. */
  const put = async (name: string, wanted: HostedRecord[], again: boolean): Promise<void> => {
    const zone = await zoneOf(name);
    const changes = planOf(await listRecords(api, zone), wanted, tenant);
    try {
      for (const batch of inBatches(changes))
        await api.write('POST', `/zones/${zone.id}/dns_records/batch`, batch);
    } catch (error) {
      // A record we meant to change is gone: its owner was quicker. What is there now is looked at once more.
      const isLate = error instanceof ProviderFailure && error.failure.kind === 'notFound';
      if (!isLate || !again) throw error;
      await put(name, wanted, false);
    }
  };

  return {
    nameservers: async (name) =>
      nameserversOf(await zoneOf(name)).map((nameserver) => ({ name: nameserver })),

    recordRule: async () => refusalOf,

    putZone: async ({ name, records }) => {
      const wanted = checkedRecords(name, records);
      await takeTurns(name, () => put(name, wanted, true));
      // Its serial moves with the owner's changes as well, and says nothing about ours.
      return { serial: null };
    },

    readZone: async (name) => {
      const zone = await findZone(api, name);
      const records = zone ? (await listRecords(api, zone)).flatMap((record) => ours(record, tenant)) : [];
      return records.length > 0 ? { name, serial: null, records } : null;
    },

    removeZone: (name) =>
      takeTurns(name, async () => {
        if (await findZone(api, name)) await put(name, [], true);
      }),

    ownersRecords: async (name) => {
      const zone = await findZone(api, name);
      const records = zone ? await listRecords(api, zone) : [];
      return records
        .filter((record) => idOf(tenant, record) === null)
        .map((record) => fromWire(record, record.id));
    },

    seenDelegation: async (name) => {
      const zone = await zoneOf(name);
      if (zone.status === 'active') return nameserversOf(zone);
      return nameserversOf({ name_servers: zone.original_name_servers ?? [] });
    },
  };
};

/** A record that only looks like ours because its owner put it behind the proxy is not what we put there. */
const ours = (record: WireRecord, tenant: string): HostedRecord[] => {
  const id = idOf(tenant, record);
  return id === null || record.proxied ? [] : [fromWire(record, id)];
};

/** The records in canonical spelling, or the first reason why no zone may hold them. */
const checkedRecords = (zone: string, records: HostedRecord[]): HostedRecord[] => {
  const wrong = findZoneConflicts(zone, records).find(({ severity }) => severity === 'error');
  if (wrong) throw rejected(`${wrong.message} (${wrong.rule}).`, wrong.code);
  if (new Set(records.map(({ id }) => id)).size < records.length) {
    throw rejected('Two records have the same id.', 'duplicate_id');
  }
  const own = records.find(({ name, type }) => type === 'NS' && name === zone);
  if (own) throw rejected(`The nameservers of ${zone} are kept by Cloudflare itself.`, 'reserved_record');
  return records.map((record) => {
    const type = record.type.toUpperCase();
    const data = formatRdata(parseRdata(type, record.data));
    const checked = { ...record, name: toName(record.name), type, data };
    toWire(checked);
    return checked;
  });
};

const refusalOf: RecordRule = (record) => {
  try {
    toWire(record);
    return null;
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.failure.kind !== 'rejected') throw error;
    return { code: error.failure.reason ?? 'not_taken', message: error.message };
  }
};

type Post = WireContent & { proxied: false; comment: string };
type Changes = { deletes: { id: string }[]; puts: (Post & { id: string })[]; posts: Post[] };

/** What turns our records into the wanted ones. The owner's are not in it, whatever is wanted. */
const planOf = (held: WireRecord[], wanted: HostedRecord[], tenant: string): Changes => {
  const changes: Changes = { deletes: [], puts: [], posts: [] };
  const owners = held.filter((record) => idOf(tenant, record) === null);
  const mine = Map.groupBy(
    held.filter((record) => idOf(tenant, record) !== null),
    (record) => idOf(tenant, record)!,
  );
  const taken = new Set(held.map((record) => spelled(fromWire(record, ''))));
  const ownersSay = new Set(owners.map((record) => spelled(fromWire(record, ''))));
  const kept = new Set<string>();
  for (const record of wanted) {
    // The owner has the very same record: it says what ours would, and stays theirs.
    if (ownersSay.has(spelled(record))) continue;
    const [before] = mine.get(record.id) ?? [];
    const post = { ...toWire(record), proxied: false as const, comment: markOf(tenant, record.id) };
    if (!before) changes.posts.push(post);
    else if (isSame(before, record)) kept.add(before.id);
    else if (
      before.type === record.type &&
      (!taken.has(spelled(record)) || spelled(fromWire(before, '')) === spelled(record))
    ) {
      // In place, so that there is no moment without the record.
      kept.add(before.id);
      changes.puts.push({ id: before.id, ...post });
    } else changes.posts.push(post);
  }
  for (const record of [...mine.values()].flat())
    if (!kept.has(record.id)) changes.deletes.push({ id: record.id });
  return changes;
};

/** Where a text is cut into strings says nothing, and Cloudflare may cut it elsewhere. */
const spelled = ({ name, type, data }: HostedRecord): string => {
  const said = type === 'TXT' ? joinText(tokenize(data).map(({ bytes }) => bytes)) : data;
  return `${name} ${type} ${said}`;
};

const isSame = (held: WireRecord, record: HostedRecord): boolean => {
  const there = fromWire(held, '');
  return !held.proxied && there.ttlS === record.ttlS && spelled(there) === spelled(record);
};

/** One transaction each; Cloudflare carries out deletes first, then puts, then posts. */
const inBatches = ({ deletes, puts, posts }: Changes): Partial<Changes>[] => {
  if (deletes.length + puts.length + posts.length <= MOST_CHANGES_AT_ONCE) {
    return deletes.length + puts.length + posts.length > 0 ? [{ deletes, puts, posts }] : [];
  }
  const parts = <T>(list: T[]) =>
    Array.from({ length: Math.ceil(list.length / MOST_CHANGES_AT_ONCE) }, (_, index) =>
      list.slice(index * MOST_CHANGES_AT_ONCE, (index + 1) * MOST_CHANGES_AT_ONCE),
    );
  return [
    ...parts(deletes).map((some) => ({ deletes: some })),
    ...parts(puts).map((some) => ({ puts: some })),
    ...parts(posts).map((some) => ({ posts: some })),
  ];
};
