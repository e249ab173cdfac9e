// Front door of API keys.
import { createKey } from './create.endpoint.ts';
import { listKeys } from './list.endpoint.ts';
import { revokeKey } from './revoke.endpoint.ts';
import { rotateKey } from './rotate.endpoint.ts';

export { keyErrors } from './errors.ts';
export { revokeKeysOf } from './revoke-of-workspace.ts';

export const keyEndpoints = [createKey, listKeys, revokeKey, rotateKey];
