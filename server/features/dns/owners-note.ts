// Writing down what the owner of a zone keeps there, so that changes can be checked against it inside of a transaction.
import type { Tx } from '../../../database/database.ts';
import type { HostedRecord } from '../../../providers/contracts/dns-host.ts';
import { isEssential } from './managed.ts';
import { inTheWay } from './owners.ts';
import { zoneEnsure, zoneSetOwners } from './store.ts';
import type { Zone } from './zone.ts';

/** Makes the zone when there is none. */
export const noteOwnersRecords = async (
  tx: Tx,
  zone: { domainUid: string; workspaceUid: string; name: string },
  owners: HostedRecord[],
  now: Date,
): Promise<void> => {
  await zoneEnsure(tx, zone, now);
  await zoneSetOwners(tx, zone.domainUid, owners);
};

/** Of the records that mail cannot do without, those that give way to records of the owner's. */
export const leftToOwner = (zone: Pick<Zone, 'name' | 'owners' | 'managed'>): string[] => {
  const stopped = zone.managed.filter((want) => isEssential(want) && inTheWay(zone, want).length > 0);
  return [...new Set(stopped.map(({ purpose }) => purpose.toUpperCase()))];
};
