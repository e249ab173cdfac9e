// Telling the DNS host what a zone holds.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { recordsOf, zoneByDomain, zoneSetPublished } from './store.ts';
import { hostedRecord } from './zone.ts';

/** Repeating it changes nothing; a zone that is gone is nothing to publish. */
export const publishZone = async (
  { db, clock, providers }: { db: Db; clock: Clock; providers: Providers },
  domainUid: string,
): Promise<void> => {
  const zone = await zoneByDomain(db, domainUid);
  if (!zone) return;
  const records = await recordsOf(db, domainUid);
  const host = providers.dnsHost({ workspaceId: zone.workspaceUid, domain: zone.name });
  await host.putZone({ name: zone.name, records: records.map((record) => hostedRecord(zone.name, record)) });
  await zoneSetPublished(db, domainUid, clock.now());
};
