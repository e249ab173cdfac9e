// Front door of sequencers: programs of others that send from mailboxes, and are kept connected to them.
import { addSequencer } from './add.endpoint.ts';
import { deleteSequencers } from './delete.endpoint.ts';
import { exportToSequencer } from './export.endpoint.ts';
import { exportStatus } from './export-status.endpoint.ts';
import { sequencerFile } from './file.endpoint.ts';
import { sequencerHistory } from './history.endpoint.ts';
import { listSequencers } from './list.endpoint.ts';
import { listPlatforms } from './platforms.endpoint.ts';
import { removeMailboxesFromSequencer } from './remove-mailboxes.endpoint.ts';
import { retryExports } from './retry.endpoint.ts';
import { updateSequencer } from './update.endpoint.ts';
import { whereUsed } from './where-used.endpoint.ts';

export { sequencerErrors, sequencerNotFound } from './errors.ts';
export { findSequencers } from './find.ts';
export { handOver, handOverInPlaceOf } from './hand-over.ts';
export { createSequencerWorker } from './push.job.ts';

export const sequencerEndpoints = [
  listPlatforms,
  listSequencers,
  addSequencer,
  updateSequencer,
  deleteSequencers,
  exportToSequencer,
  exportStatus,
  retryExports,
  removeMailboxesFromSequencer,
  whereUsed,
  sequencerHistory,
  sequencerFile,
];
