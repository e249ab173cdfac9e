// Front door of dns: what zones hold, telling the DNS host, and asking what is really answered.
import { addRecords } from './add.endpoint.ts';
import { deleteRecords } from './delete.endpoint.ts';
import { exportZone } from './export.endpoint.ts';
import { importZone } from './import.endpoint.ts';
import { listRecords } from './list.endpoint.ts';
import { publish, publishAgain } from './publish.workflow.ts';
import { type ReadBought, repairDomains } from './repair.endpoint.ts';
import { repair } from './repair.workflow.ts';
import type { ReadPlatforms } from './requested.ts';
import { restoreVersion } from './restore.endpoint.ts';
import { rotateDkimKeys } from './rotate-dkim.endpoint.ts';
import { rotateDkim } from './rotate-dkim.workflow.ts';
import { updateRecords } from './update.endpoint.ts';
import { verifyDomains } from './verify.endpoint.ts';
import { listVersions } from './versions.endpoint.ts';

export { askForRecords, type Sighting } from './ask.ts';
export { declareRecords } from './declare.ts';
export { type Delegation, readDelegation } from './delegation.ts';
export { dnsErrors } from './errors.ts';
export { putManagedRecords } from './managed.ts';
export { mailOfOwner } from './owners.ts';
export { leftToOwner, noteOwnersRecords } from './owners-note.ts';
export { publishZone } from './publish.ts';
export { queryServer } from './query.ts';
export { removeZone } from './remove-zone.ts';
export { forEachOf } from './requested.ts';
export { recordsOf, zoneByDomain, zoneDelete as forgetZone } from './store.ts';
export { hostedRecord, type NewRecord } from './zone.ts';

export { publishAgain };

export const dnsWorkflows = [publish, repair, rotateDkim];

/** Later features tell whose mailboxes domains hold, and which domains were bought here. */
export const dnsEndpoints = (readPlatforms: ReadPlatforms, readBought: ReadBought) => [
  listRecords,
  addRecords,
  updateRecords,
  deleteRecords,
  verifyDomains(readPlatforms),
  repairDomains(readPlatforms, readBought),
  listVersions,
  restoreVersion,
  importZone,
  exportZone,
  rotateDkimKeys(readPlatforms),
];
