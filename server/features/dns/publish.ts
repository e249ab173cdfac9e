// Telling the DNS host what a zone holds.
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { sayingOfText } from './ask.ts';
import { recordsOf, zoneByDomain, zoneSetPublished } from './store.ts';
import { hostedAsItIs, type Zone } from './zone.ts';

type Context = { db: Db; clock: Clock; providers: Providers };

export const hostOf = (providers: Providers, zone: Pick<Zone, 'workspaceUid' | 'name'>) =>
  providers.dnsHost({ workspaceId: zone.workspaceUid, domain: zone.name });

/**
 * Repeating it changes nothing; a zone that is gone is nothing to publish. Two at once may hand the host an older
 * state after a newer one; whoever did finds the newer version afterwards and goes on, so the last word is right.
 */
export const publishZone = async (context: Context, domainUid: string): Promise<void> => {
  const { db, clock, providers } = context;
  for (;;) {
    const zone = await zoneByDomain(db, domainUid);
    if (!zone) return;
    const records = await hostedRecordsOf(db, zone);
    await hostOf(providers, zone).putZone({ name: zone.name, records });
    await zoneSetPublished(db, domainUid, zone.version, clock.now());
    if ((await zoneByDomain(db, domainUid))?.version === zone.version) return;
  }
};

/** Whether the DNS host has exactly what the zone holds; when it has, that is noted. */
export const zoneIsPublished = async (context: Context, domainUid: string): Promise<boolean> => {
  const { db, clock, providers } = context;
  const zone = await zoneByDomain(db, domainUid);
  if (!zone) return true;
  const wanted = await hostedRecordsOf(db, zone);
  const held = await hostOf(providers, zone).readZone(zone.name);
  if (!held || !sameZone(wanted, held.records)) return false;
  await zoneSetPublished(db, domainUid, zone.version, clock.now());
  return true;
};

const hostedRecordsOf = async (db: Db, zone: Zone): Promise<HostedRecord[]> =>
  (await recordsOf(db, zone.domainUid)).map((record) => hostedAsItIs(zone.name, record));

/** Whether two sets of records answer alike; ids and the way data is written say nothing. */
export const sameZone = (a: HostedRecord[], b: HostedRecord[]): boolean => {
  const [left, right] = [a, b].map((records) => records.map(spelled).toSorted());
  return left!.length === right!.length && left!.every((text, index) => text === right![index]);
};

const spelled = ({ name, type, ttlS, data }: HostedRecord): string =>
  `${name} ${ttlS} ${type} ${sayingOfText(type, data)}`;
