// The records the program keeps up for a domain, apart from the ones its owner adds.
import type { Tx } from '../../../database/database.ts';
import { recordsDelete, recordsInsert, recordsOf, zoneEnsure } from './store.ts';
import { type NewRecord, recordKey } from './zone.ts';

/**
 * Makes the managed records of a zone exactly these: what is missing is added, what is obsolete goes, what is
 * there keeps its id. Records with the purpose `custom` are the owner's and stay untouched.
 */
export const putManagedRecords = async (
  tx: Tx,
  zone: { domainUid: string; workspaceUid: string; name: string },
  wanted: NewRecord[],
  now: Date,
): Promise<void> => {
  await zoneEnsure(tx, zone, now);
  const managed = (await recordsOf(tx, zone.domainUid)).filter(({ purpose }) => purpose !== 'custom');
  const wantedKeys = new Set(wanted.map(recordKey));
  const presentKeys = new Set(managed.map(recordKey));
  const obsolete = managed.filter((record) => !wantedKeys.has(recordKey(record)));
  await recordsDelete(
    tx,
    obsolete.map(({ uid }) => uid),
  );
  const missing = wanted.filter((record) => !presentKeys.has(recordKey(record)));
  await recordsInsert(tx, zone.domainUid, missing, now);
};
