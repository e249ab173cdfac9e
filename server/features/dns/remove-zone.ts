// Ends a zone: its records, its history, and what the DNS host has of it.
import { type Db, inTransaction } from '../../../database/database.ts';
import type { Providers } from '../../../providers/contracts/lookup.ts';
import { hostOf } from './publish.ts';
import { zoneDelete } from './store.ts';

/** First here, so that whoever publishes meanwhile finds nothing to publish. Repeating it changes nothing. */
export const removeZone = async (
  { db, providers }: { db: Db; providers: Providers },
  zone: { domainUid: string; workspaceUid: string; name: string },
): Promise<void> => {
  await inTransaction(db, (tx) => zoneDelete(tx, zone.domainUid));
  await hostOf(providers, zone).removeZone(zone.name);
};
