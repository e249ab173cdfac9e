// Front door of suppressions: the addresses that mailboxes of a workspace do not write to.
import { addSuppressions } from './add.endpoint.ts';
import { exportSuppressions } from './export.endpoint.ts';
import { importSuppressions } from './import.endpoint.ts';
import { listSuppressions } from './list.endpoint.ts';
import { removeSuppressions } from './remove.endpoint.ts';

export { suppressionErrors } from './errors.ts';

export const suppressionEndpoints = [
  listSuppressions,
  addSuppressions,
  removeSuppressions,
  importSuppressions,
  exportSuppressions,
];
