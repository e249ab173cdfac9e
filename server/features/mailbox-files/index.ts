// Front door of files of mailboxes.
import { exportMailboxes } from './export.endpoint.ts';
import { importMailboxes } from './import.endpoint.ts';

export { mailboxFileErrors } from './errors.ts';

export const mailboxFileEndpoints = [importMailboxes, exportMailboxes];
