// The domains a request is about, when it may name many: each once, in the order they were named.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { orAbsent } from '../../http/absent.ts';
import { domainName, domainUid, nameOf } from './schema.ts';
import { recordsOfAll, zonesOfWorkspace } from './store.ts';
import type { Zone, ZoneRecord } from './zone.ts';

const MOST_AT_ONCE = 100;

/** Whose mailboxes each of these domains holds; mailboxes come later in the order of features, and hand it in. */
export type ReadPlatforms = (db: Db, domainUids: string[]) => Promise<Map<string, Platform>>;

type Body = { domain?: string; domains?: string[]; uid?: string; uids?: string[] };

const namesSome = (body: object): boolean => {
  const { domain, domains, uid, uids } = body as Body;
  return (domain ?? domains ?? uid ?? uids) !== undefined;
};

/** `domain`, `domains`, `uid` or `uids`; clients are known to send names and uids together, so they may. */
export const ofSomeDomains = z
  .strictObject({
    domain: orAbsent(domainName),
    domains: orAbsent(z.array(domainName).min(1).max(MOST_AT_ONCE)),
    uid: orAbsent(domainUid),
    uids: orAbsent(z.array(domainUid).min(1).max(MOST_AT_ONCE)),
  })
  .refine(namesSome, { error: 'one of domain, domains, uid and uids is required', path: ['domain'] });

/** A domain as it was named, and what the workspace has under that name. */
export type Requested = {
  asked: string;
  found: { zone: Zone; records: ZoneRecord[]; platform: Platform | null } | null;
};

export const readRequested = async (
  db: Db,
  readPlatforms: ReadPlatforms,
  workspaceUid: string,
  body: Body,
): Promise<Requested[]> => {
  const uids = [...new Set([body.uid ?? [], body.uids ?? []].flat())];
  const names = [...new Set([body.domain ?? [], body.domains ?? []].flat())];
  const zones = await zonesOfWorkspace(db, workspaceUid, { uids, names: names.map(nameOf) });
  const zoneUids = zones.map(({ domainUid: one }) => one);
  const records = await recordsOfAll(db, zoneUids);
  const platforms = await readPlatforms(db, zoneUids);
  const all = [
    ...names.map((asked) => ({ asked, zone: zones.find(({ name }) => name === nameOf(asked)) })),
    ...uids.map((asked) => ({ asked, zone: zones.find(({ domainUid: one }) => one === asked) })),
  ];
  const seen = new Set<string>();
  return all.flatMap(({ asked, zone }): Requested[] => {
    const key = zone?.domainUid ?? asked;
    if (seen.has(key)) return [];
    seen.add(key);
    if (!zone) return [{ asked, found: null }];
    const platform = platforms.get(zone.domainUid) ?? null;
    return [{ asked, found: { zone, records: records.get(zone.domainUid) ?? [], platform } }];
  });
};

/** As many at once as do not get into each other's way. */
const AT_ONCE = 8;

/** Does something for each, a few at a time; answers in the order of the items. */
export const forEachOf = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const queue = [...items.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return results;
};
