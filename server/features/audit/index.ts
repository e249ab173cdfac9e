// Front door of audit: who did what, in a chain that shows when it was tampered with.
import { exportAudit } from './export.endpoint.ts';
import { listAudit } from './list.endpoint.ts';
import { verifyAudit } from './verify.endpoint.ts';

export { auditErrors } from './errors.ts';
export { keepPlacing } from './place.job.ts';
export { pruneEntries as pruneAuditEntries } from './prune.job.ts';
export { createAuditSink } from './record.ts';

export const auditEndpoints = [listAudit, exportAudit, verifyAudit];
