// Changing what the program keeps up in a zone for one purpose, on behalf of a feature that owns the purpose.
import type { Tx } from '../../../database/database.ts';
import type { FeatureContext } from '../context.ts';
import { putManagedRecords } from './managed.ts';
import { publish, publishId } from './publish.workflow.ts';
import { zoneLock } from './store.ts';
import type { By } from './version.ts';
import type { NewRecord } from './zone.ts';

/**
 * Declares the records of one purpose anew, leaves those of all others, and asks for the zone to be published. A zone
 * that has none of the purpose yet is left alone: it gets them when it is set up.
 */
export const declareRecords = async (
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  domainUid: string,
  purpose: string,
  wanted: NewRecord[],
  by: Omit<By, 'cause'>,
): Promise<void> => {
  const zone = await zoneLock(tx, domainUid);
  const others = zone?.managed.filter((record) => record.purpose !== purpose) ?? [];
  if (!zone || others.length === zone.managed.length) return;
  const { version, changed } = await putManagedRecords(tx, zone, [...others, ...wanted], clock.now(), by);
  if (changed) await workflows.start(tx, publish, publishId(domainUid, version), { domainUid });
};
