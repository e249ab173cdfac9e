// The proof that a zone is on the wire: every nameserver answers with every record.
import type { Db } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { FeatureSettings } from '../context.ts';
import { askForRecords } from './ask.ts';
import { hostOf } from './publish.ts';
import { recordsOf, zoneByDomain } from './store.ts';
import { hostedAsItIs, type ZoneRecord } from './zone.ts';

type Context = { db: Db; providers: Providers; settings: FeatureSettings };

/** What is not seen, as `TYPE name at nameserver`; nothing for a zone that is gone. */
export const unseenRecords = (context: Context, { domainUid }: { domainUid: string }): Promise<string[]> =>
  unseenAmong(context, domainUid, () => true);

/** The same of some of its records. */
export const unseenAmong = async (
  { db, providers, settings }: Context,
  domainUid: string,
  counts: (record: ZoneRecord) => boolean,
): Promise<string[]> => {
  const zone = await zoneByDomain(db, domainUid);
  if (!zone) return [];
  const all = await recordsOf(db, domainUid);
  const hosted = all.map((record) => ({ record, ...hostedAsItIs(zone.name, record) }));
  // Below a delegation others answer (RFC 1034 §4.2.1).
  const cuts = hosted.filter(({ type, name }) => type === 'NS' && name !== zone.name);
  const asked = hosted.filter(
    ({ record, name }) =>
      counts(record) && !cuts.some((cut) => name === cut.name || name.endsWith(`.${cut.name}`)),
  );
  const nameservers = await hostOf(providers, zone).nameservers(zone.name);
  const sightings = await askForRecords(nameservers, asked, settings);
  return sightings
    .filter(({ missing }) => missing.length > 0)
    .map(({ type, name, nameserver }) => `${type} ${name} at ${nameserver}`);
};
