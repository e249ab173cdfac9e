// The proof that a zone is on the wire: every nameserver answers with every record.
import type { Db } from '../../../database/database.ts';
import { rejected } from '../../../providers/contracts/failure.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import type { FeatureSettings } from '../context.ts';
import { askForRecords } from './ask.ts';
import { hostOf } from './publish.ts';
import { recordsOf, zoneByDomain } from './store.ts';
import { hostedAsItIs, type ZoneRecord } from './zone.ts';

type Context = { db: Db; providers: Providers; settings: FeatureSettings };

const FIRST_LOOK_MS = 200;

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

/**
 * Asks until everything is seen, soon at first and then at the pace of the settings.
 *
 * @param unseen the step of the workflow that asks
 * @throws ProviderFailure `dns_not_propagated` when the settings have it given up
 */
export const untilSeen = async (
  flow: { context: Pick<Context, 'settings'>; sleep(ms: number): Promise<void> },
  unseen: () => Promise<string[]>,
): Promise<void> => {
  const { pollMs, giveUpAfterMs } = flow.context.settings.propagation;
  for (let waitMs = FIRST_LOOK_MS, waitedMs = 0; ; waitMs = Math.min(waitMs * 2, pollMs)) {
    const missing = await unseen();
    if (missing.length === 0) return;
    if (waitedMs >= giveUpAfterMs) {
      throw rejected(`the nameservers do not answer for ${missing.join(', ')}`, 'dns_not_propagated');
    }
    await flow.sleep(waitMs);
    waitedMs += waitMs;
  }
};
